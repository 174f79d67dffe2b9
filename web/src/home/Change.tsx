/* A change against the time before: its direction as a sign, and in colour where the pack says which way is good. */
import { useTranslation } from "react-i18next";
import type { Column, Member, QueryResult } from "../api/types";
import { formatPercent, formatPoints, toNumber } from "../format/format";
import { IconArrowDown, IconArrowUp } from "../ui/icons";
import css from "./Change.module.css";

/** Less than this is shown as no change. */
const FLAT = 0.0005;

/** Of what is a percentage itself the change in points, of all else how much it grew; null: there was nothing before. */
export function changeOf(result: QueryResult, measure: Column, row: number): number | null {
  const which = measure.format === "percent" ? "change" : "growth";
  const at = result.columns.findIndex((c) => c.name === `${measure.name}.${which}`);
  return at < 0 ? null : toNumber(result.rows[row]?.[at]);
}

function toneOf(change: number, better: Member["better"]): "good" | "bad" | undefined {
  if (!better || Math.abs(change) < FLAT) return undefined;
  return change > 0 === (better === "up") ? "good" : "bad";
}

/** Tenths say something below 100 % only; what grew from next to nothing is just much. */
function sizeOf(change: number, isPoints: boolean): string {
  const size = Math.abs(change);
  if (isPoints) return formatPoints(size);
  return size >= 10 ? `>\u00a0${formatPercent(9.99, 0)}` : formatPercent(size, size < 1 ? 1 : 0);
}

/** `change` is what changeOf gave for that measure. */
export function Change({ change, measure, better }: { change: number; measure: Column; better: Member["better"] }) {
  const { t } = useTranslation();
  const isFlat = Math.abs(change) < FLAT;
  const Arrow = change > 0 ? IconArrowUp : IconArrowDown;
  return (
    <span className={css.change} data-tone={toneOf(change, better)}>
      {!isFlat && <Arrow size={14} aria-hidden="true" />}
      <span className="visually-hidden">{t(change > 0 ? "home.up" : "home.down")} </span>
      {sizeOf(change, measure.format === "percent")}
    </span>
  );
}
