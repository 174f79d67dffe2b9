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
    <div className={css.tiles}>
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

/** The dates that the figures are of, in words. */
function Covered({ project, definition, period }: { project: string; definition: HomeDefinition; period: Period }) {
  const { t } = useTranslation();
  const { data } = useQuery(liveResultQuery(project, tilesQuery(definition, period)));
  if (!data?.period) return <p className={css.covered}>{"\u00a0"}</p>;
  const span = formatPeriod(data.period.text);
  return <p className={css.covered}>{period.compare ? t(`home.against.${period.id}`, { span }) : span}</p>;
}

/** The figures at a glance: of the measures that the pack names first, how they moved, and what they are made of. */
export function HomePage({ project, model }: { project: string; model: Model }) {
  const { t } = useTranslation();
  const go = useGo();
  const definition = useMemo(() => homeDefinition(model), [model]);
  const { periods, tiles } = definition;
  const [periodId, setPeriodId] = useState(
    () => (periods.find((p) => p.id === "year") ?? periods.at(-2) ?? periods[0])?.id,
  );
  const [measure, setMeasure] = useState(tiles[0]?.name ?? "");
  const extent = useQuery(resultQuery(project, tiles.length > 0 ? extentQuery(definition) : null));
  const member = tiles.find((m) => m.name === measure) ?? tiles[0];
  const period = comparable(periods.find((p) => p.id === periodId) ?? (periods[0] as Period), extent.data?.period);
  const hasNoData = extent.data !== undefined && extent.data.rows[0]?.[0] == null;

  if (!member) return <StateCard kind="empty" title={t("home.noMeasures.title")} text={t("home.noMeasures.text")} />;
  let figures = <FiguresSkeleton nTops={definition.tops.length} />;
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
          <Trend project={project} model={model} definition={definition} period={period} member={member} />
          <DataCard project={project} />
        </div>
        <div className={css.tops}>
          {definition.tops.map((top) => (
            <TopList
              key={top.name}
              project={project}
              definition={definition}
              period={period}
              member={member}
              dimension={top}
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
        {periods.length > 1 && (
          <SegmentedControl
            aria-label={t("home.period")}
            data={periods.map((p) => ({ value: p.id, label: t(`home.periods.${p.id}`) }))}
            value={periodId}
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
function FiguresSkeleton({ nTops }: { nTops: number }) {
  return (
    <>
      <div className={css.tiles} aria-busy="true">
        {[0, 1, 2, 3].map((one) => (
          <Skeleton key={one} className={css.tileRoom} />
        ))}
      </div>
      <div className={css.middle}>
        <Skeleton height={360} />
        <Skeleton height={360} />
      </div>
      <div className={css.tops}>
        {["a", "b", "c"].slice(0, nTops).map((one) => (
          <Skeleton key={one} height={320} />
        ))}
      </div>
    </>
  );
}
