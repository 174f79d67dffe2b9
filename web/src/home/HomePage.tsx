import { SegmentedControl, Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { liveResultQuery, resultQuery } from "../api/queries";
import type { Model } from "../api/types";
import { useGo } from "../app/project";
import { QuestionBox } from "../ask/QuestionBox";
import { formatPeriod } from "../format/format";
import { StateCard, stateOfError } from "../ui/State";
import { DataCard } from "./DataCard";
import {
  ALL,
  againstOf,
  comparable,
  extentQuery,
  type HomeDefinition,
  homeDefinition,
  type Period,
  sparksQuery,
  tilesQuery,
} from "./definition";
import css from "./HomePage.module.css";
import { Tile } from "./Tile";
import { TopList } from "./TopList";
import { Trend } from "./Trend";

function Tiles({
  project,
  definition,
  period,
  measure,
  onMeasure,
}: {
  project: string;
  definition: HomeDefinition;
  period: Period;
  measure: string;
  onMeasure: (name: string) => void;
}) {
  const result = useQuery(liveResultQuery(project, tilesQuery(definition, period)));
  const sparks = useQuery(liveResultQuery(project, sparksQuery(definition, period)));
  if (result.error && !result.data)
    return <StateCard {...stateOfError(result.error)} isSmall onRetry={() => result.refetch()} />;
  return (
    <div className={css.tiles} data-n={definition.tiles.length}>
      {definition.tiles.map((member) => (
        <Tile
          key={member.name}
          member={member}
          period={period}
          result={result.data}
          sparks={sparks.data}
          isChosen={member.name === measure}
          onChoose={() => onMeasure(member.name)}
        />
      ))}
    </div>
  );
}

const capital = (words: string) => words.charAt(0).toUpperCase() + words.slice(1);

/** The dates that the figures are of, in words. */
function Covered({ project, definition, period }: { project: string; definition: HomeDefinition; period: Period }) {
  const { t } = useTranslation();
  const { data } = useQuery(liveResultQuery(project, tilesQuery(definition, period)));
  if (!data?.period) return <p className={css.covered}>{"\u00a0"}</p>;
  const span = capital(formatPeriod(data.period.text));
  const against = againstOf(period);
  if (!against) return <p className={css.covered}>{span}</p>;
  const words = against.isSame ? "home.againstSame" : "home.against";
  return <p className={css.covered}>{t(words, { span, length: against.length })}</p>;
}

/** "past 13 weeks" is "13 weeks". */
function periodTitle(id: string, all: string): string {
  return id === ALL ? all : capital(id.replace(/^past (?=\d)/, ""));
}

/** The figures at a glance: the measures of the page's definition, how they moved, and what they are made of. */
export function HomePage({ project, model }: { project: string; model: Model }) {
  const { t } = useTranslation();
  const go = useGo();
  const definition = useMemo(() => homeDefinition(model), [model]);
  const { periods, tiles, chosen } = definition;
  const [periodId, setPeriodId] = useState(definition.period);
  const [measure, setMeasure] = useState(chosen?.name ?? "");
  const extent = useQuery(resultQuery(project, tiles.length > 0 ? extentQuery(definition) : null));
  const member = tiles.find((m) => m.name === measure) ?? chosen;
  const asked = periods.find((p) => p.id === periodId) ?? periods.find((p) => p.id === definition.period);
  const period = comparable(asked ?? (periods[0] as Period), extent.data?.period);
  const hasNoData = extent.data !== undefined && extent.data.rows[0]?.[0] == null;

  if (!member) return <StateCard kind="empty" title={t("home.noMeasures.title")} text={t("home.noMeasures.text")} />;
  let figures = <FiguresSkeleton nTiles={tiles.length} nTops={definition.tops.length} />;
  if (extent.error && !extent.data)
    figures = <StateCard {...stateOfError(extent.error)} onRetry={() => extent.refetch()} />;
  else if (hasNoData)
    figures = (
      <div className={css.middle}>
        <StateCard kind="noData" title={t("home.noData.title")} text={t("home.noData.text")} />
        <DataCard project={project} />
      </div>
    );
  else if (extent.data)
    figures = (
      <>
        <Tiles project={project} definition={definition} period={period} measure={measure} onMeasure={setMeasure} />
        <div className={css.middle}>
          <Trend project={project} definition={definition} period={period} member={member} />
          <DataCard project={project} />
        </div>
        <div className={css.tops}>
          {definition.tops.map((top) => (
            <TopList
              key={`${top.measure?.name} ${top.dimension.name} ${top.order}`}
              project={project}
              definition={definition}
              period={period}
              member={top.measure ?? member}
              top={top}
            />
          ))}
        </div>
      </>
    );
  return (
    <div className={css.page}>
      <header className={css.head}>
        <div>
          <h1>{model.ui.title ?? model.title}</h1>
          {extent.data && !hasNoData ? (
            <Covered project={project} definition={definition} period={period} />
          ) : (
            <p className={css.covered}>{"\u00a0"}</p>
          )}
        </div>
        {periods.length > 1 && !hasNoData && (
          <SegmentedControl
            aria-label={t("home.period")}
            data={periods.map((p) => ({ value: p.id, label: periodTitle(p.id, t("home.allTime")) }))}
            value={period.id}
            onChange={setPeriodId}
          />
        )}
      </header>
      <QuestionBox project={project} model={model} onAsk={(question) => go("/ask", { q: question })} />
      {figures}
    </div>
  );
}

/** Takes the room that the figures will take. */
function FiguresSkeleton({ nTiles, nTops }: { nTiles: number; nTops: number }) {
  return (
    <>
      <div className={css.tiles} data-n={nTiles} aria-busy="true">
        {Array.from({ length: nTiles }, (_, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: they are all alike
          <Skeleton key={i} className={css.tileRoom} />
        ))}
      </div>
      <div className={css.middle}>
        <Skeleton height={360} />
        <Skeleton height={360} />
      </div>
      <div className={css.tops}>
        {Array.from({ length: nTops }, (_, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: they are all alike
          <Skeleton key={i} height={320} />
        ))}
      </div>
    </>
  );
}
