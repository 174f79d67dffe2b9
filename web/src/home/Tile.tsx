import { Skeleton } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Member, QueryResult, Scalar } from "../api/types";
import { Sparkline } from "../charts/Sparkline";
import { formatValue, toNumber } from "../format/format";
import { Change } from "./Change";
import type { Period } from "./definition";
import { differenceOf } from "./difference";
import css from "./Tile.module.css";

function figureOf(result: QueryResult | undefined, name: string): Scalar | undefined {
  const at = result?.columns.findIndex((c) => c.name === name) ?? -1;
  return at < 0 ? undefined : result?.rows[0]?.[at];
}

/** How the figure compares with the time before. */
function Against({ result, member, period }: { result: QueryResult; member: Member; period: Period }) {
  const { t } = useTranslation();
  const measure = result.columns.find((c) => c.name === member.name);
  const column = result.columns.find((c) => c.name === `${member.name}.prior`);
  const prior = figureOf(result, `${member.name}.prior`);
  const difference = measure ? differenceOf(result, measure, 0) : null;
  if (!difference || !column)
    return <p className={css.change}>{period.compare ? t("home.nothingBefore") : "\u00a0"}</p>;
  return (
    <p className={css.change}>
      <span className={css.growth}>
        <Change difference={difference} better={member.better} />
      </span>{" "}
      {t("home.from", { prior: formatValue(prior, column, "short") })}
    </p>
  );
}

interface TileProps {
  member: Member;
  period: Period;
  result?: QueryResult;
  sparks?: QueryResult;
  isChosen: boolean;
  onChoose: () => void;
}

/** A figure, how it compares, and its course; choosing it makes the rest of the page about it. */
export function Tile({ member, period, result, sparks, isChosen, onChoose }: TileProps) {
  const column = result?.columns.find((c) => c.name === member.name);
  const value = figureOf(result, member.name);
  const sparkAt = sparks?.columns.findIndex((c) => c.name === member.name) ?? -1;
  return (
    <button type="button" className={`card ${css.tile}`} aria-pressed={isChosen} onClick={onChoose}>
      <span className={css.title} title={member.title}>
        {member.title}
      </span>
      {result && column ? (
        <>
          <span className={css.value} title={formatValue(value, column)}>
            {formatValue(value, column, "short")}
          </span>
          <Against result={result} member={member} period={period} />
        </>
      ) : (
        <>
          <Skeleton height={32} width="70%" my={4} />
          <Skeleton height={16} width="50%" mb={4} />
        </>
      )}
      <Sparkline values={sparkAt < 0 ? [] : (sparks?.rows.map((row) => toNumber(row[sparkAt])) ?? [])} />
    </button>
  );
}
