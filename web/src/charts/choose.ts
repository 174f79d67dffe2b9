/* Which kinds of chart a result can be drawn as, and which one if nobody has chosen: by the roles of its columns and how many
   rows there are. The server's choice comes first where an answer carries one. */
import type { ChartSpec, Column, Model, Scalar, Table } from "../api/types";
import { kindOf, toNumber } from "../format/format";

export type ChartKind =
  | "kpi"
  | "line"
  | "area"
  | "bar"
  | "stacked_bar"
  | "horizontal_bar"
  | "pie"
  | "scatter"
  | "histogram"
  | "heat_map"
  | "table";

const MAX_BARS = 8;
const MAX_LABEL = 14;
const MAX_CATEGORIES = 50;
const MAX_PARTS = 8;
const MAX_LINES = 12;

export interface Shape {
  groups: Column[];
  measures: Column[];
}

export function shapeOf(columns: Column[]): Shape {
  const measures = columns.filter((c) => c.role === "measure");
  return { groups: columns.filter((c) => c.role !== "measure"), measures };
}

export function isComparison(column: Column): boolean {
  return /\.(prior|change|growth)$/.test(column.name);
}

const different = (table: Table, column: Column) => {
  const at = table.columns.indexOf(column);
  return new Set(table.rows.map((row) => row[at])).size;
};

const longest = (table: Table, column: Column) => {
  const at = table.columns.indexOf(column);
  return table.rows.reduce((n, row) => Math.max(n, String(row[at] ?? "").length), 0);
};

function isAdditive(column: Column, model: Model): boolean {
  return model.members.some((m) => m.kind === "measure" && m.name === column.member && m.additivity === "additive");
}

function hasNegative(table: Table, column: Column): boolean {
  const at = table.columns.indexOf(column);
  return table.rows.some((row) => (toNumber(row[at] as Scalar) ?? 0) < 0);
}

/** What is drawn on one axis: the measures that are measured as the first one is. Differences from another time are left to the table. */
function yOf(table: Table, measures: Column[]): string[] {
  const isKnown = (column: Column) => {
    const at = table.columns.indexOf(column);
    return !isComparison(column) || table.rows.some((row) => row[at] !== null);
  };
  const shown = measures.filter((c) => kindOf(c) === "number" && !/\.(change|growth)$/.test(c.name) && isKnown(c));
  const [first] = shown;
  return shown.filter((c) => c.format === first?.format && c.unit === first?.unit).map((c) => c.name);
}

function kindOfTwoGroups(table: Table, groups: Column[], measure: Column, model: Model): [ChartKind, boolean] {
  const [x, series] = groups as [Column, Column];
  const [nX, nSeries] = [different(table, x), different(table, series)];
  if (kindOf(x) === "time") return [nSeries <= MAX_LINES ? "line" : "heat_map", false];
  if (nSeries > MAX_BARS || nX > MAX_CATEGORIES) return ["heat_map", false];
  return ["bar", isAdditive(measure, model)];
}

export function chooseChart(table: Table, model: Model): ChartSpec {
  const { groups, measures } = shapeOf(table.columns);
  const y = yOf(table, measures);
  const [x, second] = groups;
  const measure = measures.find((c) => c.name === y[0]);
  const none: ChartSpec = { kind: "table", x: null, y: [], series: null, stacked: false };
  if (!measure || table.rows.length === 0 || groups.length > 2) return none;
  if (!x) return { ...none, kind: "kpi", y: measures.map((c) => c.name) };
  if (second) {
    const [kind, stacked] = kindOfTwoGroups(table, groups, measure, model);
    return { kind, x: x.name, y: y.slice(0, 1), series: second.name, stacked };
  }
  let kind: ChartKind = "bar";
  if (kindOf(x) === "time") kind = table.rows.length > 1 ? "line" : "bar";
  else if (x.bucket) kind = "histogram";
  else if (table.rows.length > MAX_BARS || longest(table, x) > MAX_LABEL) kind = "horizontal_bar";
  return { kind, x: x.name, y, series: null, stacked: false };
}

/** The kinds that make sense of this result, for a person to choose among; the table always does. */
export function possibleKinds(table: Table, spec: ChartSpec): ChartKind[] {
  const { groups, measures } = shapeOf(table.columns);
  const numbers = measures.filter((c) => kindOf(c) === "number" && !isComparison(c));
  const [x, second] = groups;
  const [measure] = numbers;
  if (!x || !measure || table.rows.length === 0 || groups.length > 2) return ["table"];
  const kinds: ChartKind[] = [];
  const isTime = kindOf(x) === "time";
  if (table.rows.length > 1 && (isTime || second)) kinds.push("line");
  if (isTime && table.rows.length > 1) kinds.push("area");
  kinds.push("bar");
  if (second || spec.y.length > 1) kinds.push("stacked_bar");
  if (!second) kinds.push("horizontal_bar");
  if (second) kinds.push("heat_map");
  const isPartition = !second && !isTime && table.rows.length <= MAX_PARTS && table.rows.length > 1;
  if (isPartition && !hasNegative(table, measure)) kinds.push("pie");
  if (!second && numbers.length > 1 && table.rows.length > 2) kinds.push("scatter");
  if (spec.kind === "histogram") kinds.push("histogram");
  return [...kinds, "table"];
}

export function kindOfSpec(spec: ChartSpec | null | undefined): ChartKind {
  if (!spec) return "table";
  return spec.kind === "bar" && spec.stacked ? "stacked_bar" : (spec.kind as ChartKind);
}

/** The spec that a chosen kind is drawn by. */
export function chooseSpecFor(table: Table, spec: ChartSpec, kind: ChartKind): ChartSpec {
  if (spec.x && spec.y.length > 0) return spec;
  const { groups, measures } = shapeOf(table.columns);
  const y = yOf(table, measures);
  return {
    kind,
    x: groups[0]?.name ?? null,
    y: groups[1] ? y.slice(0, 1) : y,
    series: groups[1]?.name ?? null,
    stacked: false,
  };
}
