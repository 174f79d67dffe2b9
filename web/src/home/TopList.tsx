import { Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { liveResultQuery } from "../api/queries";
import type { Column, Member, QueryResult, Scalar, SemanticQuery } from "../api/types";
import { address, useGo } from "../app/project";
import { nextLevel } from "../explore/drill";
import { formatValue, toNumber } from "../format/format";
import { StateCard, stateOfError } from "../ui/State";
import css from "./Card.module.css";
import { Change } from "./Change";
import { type HomeDefinition, type Period, type Top, topQuery } from "./definition";
import { differenceOf } from "./difference";

interface RowsProps {
  result: QueryResult;
  better: Member["better"];
  onPick: (value: Scalar) => void;
}

function Rows({ result, better, onPick }: RowsProps) {
  const [group, measure] = result.columns as [Column, Column];
  const values = result.rows.map((row) => toNumber(row[1]) ?? 0);
  const differences = result.rows.map((_, i) => differenceOf(result, measure, i));
  const most = Math.max(...values.map(Math.abs)) || 1;
  return (
    <ol className={css.list}>
      {result.rows.map((row, i) => (
        <li key={String(row[0])}>
          <button type="button" className={css.row} onClick={() => onPick(row[0] as Scalar)}>
            <span className={css.name} title={formatValue(row[0], group)}>
              <span
                className={css.bar}
                data-below={(values[i] ?? 0) < 0 || undefined}
                style={{ width: `${((Math.abs(values[i] ?? 0) / most) * 100).toFixed(1)}%` }}
              />
              {formatValue(row[0], group)}
            </span>
            <span className={css.value}>{formatValue(row[1], measure, "short")}</span>
            <span className={css.growth}>
              {differences[i] && <Change difference={differences[i]} better={better} />}
            </span>
          </button>
        </li>
      ))}
    </ol>
  );
}

interface TopListProps {
  project: string;
  definition: HomeDefinition;
  period: Period;
  member: Member;
  top: Top;
}

/** The largest or smallest parts of a measure; each leads to what it is made of. */
export function TopList({ project, definition, period, member, top }: TopListProps) {
  const { t } = useTranslation();
  const go = useGo();
  const { dimension } = top;
  const query = topQuery(definition, period, member.name, top);
  const result = useQuery(liveResultQuery(project, query));

  const drill = (value: Scalar) => {
    const next: SemanticQuery = {
      ...query,
      dimensions: [nextLevel(dimension.name, definition.model) ?? dimension.name],
      where: [{ member: dimension.name, op: "in", values: [value] }],
      limit: undefined,
    };
    go("/explore", { query: JSON.stringify(next) });
  };

  let body = <Skeleton height={top.limit * 40 - 4} />;
  if (result.error && !result.data)
    body = <StateCard {...stateOfError(result.error)} isSmall onRetry={() => result.refetch()} />;
  else if (result.data?.rows.length === 0) body = <StateCard kind="noData" isSmall />;
  else if (result.data) body = <Rows result={result.data} better={member.better} onPick={drill} />;

  const title = t(top.order === "asc" ? "home.lowestBy" : "home.by", {
    measure: member.title,
    dimension: dimension.title.toLowerCase(),
  });
  return (
    <section className={`card ${css.card}`} aria-label={title}>
      <header className={css.head}>
        <h2>{title}</h2>
        <Link
          className={css.more}
          href={address("/explore", project, { query: JSON.stringify({ ...query, limit: undefined }) })}
        >
          {t("home.all")}
        </Link>
      </header>
      {body}
    </section>
  );
}
