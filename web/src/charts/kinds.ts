/* Which kinds of chart a person may switch a result to. Which one suits it, and its columns, is the server's choice (`chart`). */
import type { ChartSpec, Column, Scalar, Table } from "../api/types";
import { kindOf, toNumber } from "../format/format";

export type ChartKind = ChartSpec["kind"] | "area" | "stacked_bar";

const MAX_PARTS = 8;

export function kindOfSpec(spec: ChartSpec | null | undefined): ChartKind {
  if (!spec) return "table";
  return spec.kind === "bar" && spec.stacked ? "stacked_bar" : spec.kind;
}

/** What two axes of points are made of. */
export function numbersOf(table: Table): Column[] {
  const isNumber = (c: Column) => /^(int64|float64|decimal)/.test(c.type) && !/\.(prior|change|growth)$/.test(c.name);
  return table.columns.filter((c) => c.role === "measure" && isNumber(c));
}

function hasNegative(table: Table, at: number): boolean {
  return table.rows.some((row) => (toNumber(row[at] as Scalar) ?? 0) < 0);
}

/** The kinds that make sense of this result; the table always does, and what the server chose comes with it. */
export function possibleKinds(table: Table, spec: ChartSpec): ChartKind[] {
  const x = table.columns.find((c) => c.name === spec.x);
  const n = table.rows.length;
  if (!x || spec.y.length === 0 || spec.kind === "kpi" || n === 0) return ["table"];
  const isTime = kindOf(x) === "time";
  const isSplit = spec.series !== null;
  const isPartition = !isSplit && !isTime && n > 1 && n <= MAX_PARTS;
  const kinds = new Set<ChartKind>();
  if (n > 1 && (isTime || isSplit)) kinds.add("line");
  if (n > 1 && isTime) kinds.add("area");
  kinds.add("bar");
  if (isSplit || spec.y.length > 1) kinds.add("stacked_bar");
  kinds.add(isSplit ? "heat_map" : "horizontal_bar");
  if (
    isPartition &&
    !hasNegative(
      table,
      table.columns.findIndex((c) => c.name === spec.y[0]),
    )
  )
    kinds.add("pie");
  if (!isSplit && n > 2 && numbersOf(table).length > 1) kinds.add("scatter");
  kinds.add(kindOfSpec(spec));
  kinds.delete("table");
  return [...kinds, "table"];
}
