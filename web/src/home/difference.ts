import type { Column, QueryResult } from "../api/types";
import { formatNumber, formatPercent, formatPoints, toNumber } from "../format/format";

/** How a figure differs from the time before. */
export interface Difference {
  /** Its sign is the direction; next to 0 it is none. */
  by: number;
  /** How much, without a sign. */
  size: string;
}

/** Tenths say something below 100 % only; what grew from next to nothing is just much. */
function sizeOf(growth: number): string {
  const size = Math.abs(growth);
  return size >= 10 ? `>\u00a0${formatPercent(9.99, 0)}` : formatPercent(size, size < 1 ? 1 : 0);
}

/** Of a percentage in points, of what is or was a loss by its amount (a loss that doubles has not grown by 100 %), of all else by how
    much it grew. null: there was nothing before. */
export function differenceOf(result: QueryResult, measure: Column, row: number): Difference | null {
  const figure = (which: string) => {
    const at = result.columns.findIndex((c) => c.name === `${measure.name}.${which}`);
    return at < 0 ? null : toNumber(result.rows[row]?.[at]);
  };
  const [prior, change, growth] = [figure("prior"), figure("change"), figure("growth")];
  if (prior === null || change === null) return null;
  if (measure.format === "percent") return { by: change, size: formatPoints(Math.abs(change)) };
  if (prior < 0 || prior + change < 0)
    return { by: change / (Math.abs(prior) || 1), size: formatNumber(Math.abs(change), measure, "short") };
  return growth === null ? null : { by: growth, size: sizeOf(growth) };
}
