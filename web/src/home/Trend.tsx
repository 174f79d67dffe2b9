import { Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { liveResultQuery } from "../api/queries";
import type { Member, SemanticQuery } from "../api/types";
import { address, useGo } from "../app/project";
import { Chart, type Pick } from "../charts/Chart";
import { kindOfSpec } from "../charts/kinds";
import { StateCard, stateOfError } from "../ui/State";
import css from "./Card.module.css";
import { type HomeDefinition, type Period, trendQuery } from "./definition";

const HEIGHT = 272;

interface TrendProps {
  project: string;
  definition: HomeDefinition;
  period: Period;
  member: Member;
}

/** The chosen measure along the time, over the time it is compared with. A mark leads to what happened then. */
export function Trend({ project, definition, period, member }: TrendProps) {
  const { t } = useTranslation();
  const go = useGo();
  const query = trendQuery(definition, period, member.name);
  const result = useQuery(liveResultQuery(project, query));
  const spec = result.data?.chart;
  const title = member.title;

  const drill = ({ values }: Pick) => {
    const at = values[0]?.value ?? null;
    const next: SemanticQuery = { measures: [member.name], time: { dimension: definition.time, range: at } };
    const [first] = definition.tops;
    if (first) next.dimensions = [first.dimension.name];
    go("/explore", { query: JSON.stringify(next) });
  };

  let body = <Skeleton height={HEIGHT} />;
  if (!query) body = <StateCard kind="empty" isSmall title={t("home.noTime.title")} text={t("home.noTime.text")} />;
  else if (result.error && !result.data)
    body = <StateCard {...stateOfError(result.error)} isSmall onRetry={() => result.refetch()} />;
  else if (result.data?.rows.length === 0) body = <StateCard kind="noData" isSmall />;
  else if (result.data && spec)
    body = (
      <Chart table={result.data} spec={spec} kind={kindOfSpec(spec)} title={title} height={HEIGHT} onPick={drill} />
    );

  return (
    <section className={`card ${css.card}`} aria-label={title}>
      <header className={css.head}>
        <h2>{title}</h2>
        {query && (
          <Link className={css.more} href={address("/explore", project, { query: JSON.stringify(query) })}>
            {t("home.explore")}
          </Link>
        )}
      </header>
      {body}
    </section>
  );
}
