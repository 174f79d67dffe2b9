/* What the home page shows of a project: derived from its model, in the order in which the pack names things. */
import type { Period as Extent, Member, Model, QueryTime, SemanticQuery } from "../api/types";

export interface Period {
  id: string;
  range?: string;
  grain: string;
  compare?: string;
}

export interface HomeDefinition {
  model: Model;
  tiles: Member[];
  tops: Member[];
  /** The member that time runs along, where the main fact has one. */
  time?: string;
  periods: Period[];
}

const N_TILES = 4;
const N_TOPS = 3;

/* Compared with as long a span before: "previous_period" would be one grain, in the course over time. */
const DATES: Period[] = [
  { id: "days", range: "past 30 days", grain: "day", compare: "30 days" },
  { id: "quarter", range: "past 13 weeks", grain: "week", compare: "13 weeks" },
  { id: "year", range: "past 12 months", grain: "month", compare: "1 year" },
  { id: "all", grain: "quarter" },
];
const WEEKS: Period[] = [
  { id: "quarter", range: "past 13 weeks", grain: "week", compare: "13 weeks" },
  { id: "weeks", range: "past 52 weeks", grain: "week", compare: "52 weeks" },
  { id: "all", grain: "week" },
];

export const isNumeric = (member: Member) =>
  /^(int64|float64|decimal)/.test(member.type ?? "") && member.format !== "text";

/* Along dates; or along a whole number that counts periods of its own, such as the number of a week. */
function timeOf(model: Model, fact: Member): { time?: string; periods: Period[] } {
  const time = model.members.find((m) => m.name === fact.time);
  if (!time) return { periods: [{ id: "all", grain: "" }] };
  return { time: time.name, periods: time.type === "int64" ? WEEKS : DATES };
}

function isGroup(member: Member, fact: string): boolean {
  const isText = member.type === "text" || member.format === "text";
  return member.kind === "attribute" && isText && !member.pii && (member.facts?.includes(fact) ?? false);
}

const isCode = (member: Member) => /(^|[._])(id|no|nr|number|code|key)$/.test(member.name);

/** Of each dimension the attribute that says most on few lines: the second level of its hierarchy, else the last one that is no code,
    else the one that goes by the dimension's own name. */
function topOf(model: Model, dimension: Member, fact: string): Member | undefined {
  const attributes = model.members.filter((m) => m.of === dimension.name && isGroup(m, fact));
  const levels = model.members.find((m) => m.kind === "hierarchy" && m.of === dimension.name)?.members;
  const level = levels?.[Math.min(1, levels.length - 1)];
  return (
    attributes.find((m) => m.name === level) ??
    attributes.findLast((m) => !isCode(m)) ??
    attributes.find((m) => m.title === dimension.title)
  );
}

function topsOf(model: Model, fact: string): Member[] {
  const tops = model.members
    .filter((m) => m.kind === "dimension")
    .flatMap((dimension) => topOf(model, dimension, fact) ?? []);
  const own = model.members.filter((m) => m.of === fact && isGroup(m, fact) && !isCode(m));
  return [...tops, ...own].slice(0, N_TOPS);
}

export function homeDefinition(model: Model): HomeDefinition {
  const fact = model.members.find((m) => m.kind === "fact"); // what the pack names first is what it is about
  if (!fact) return { model, tiles: [], tops: [], periods: [{ id: "all", grain: "" }] };
  const measures = model.members.filter((m) => m.kind === "measure" && m.of === fact.name && isNumeric(m));
  return { model, tiles: measures.slice(0, N_TILES), tops: topsOf(model, fact.name), ...timeOf(model, fact) };
}

/* ---- the queries ---- */

/** How far the data reaches. */
export function extentQuery(definition: HomeDefinition): SemanticQuery {
  return {
    measures: definition.tiles.slice(0, 1).map((m) => m.name),
    ...(definition.time && { time: { dimension: definition.time } }),
  };
}

const DAY_MS = 86_400_000;

/** The place of an end of the data on its axis, in days or in the axis' own unit. */
function place(end: string | number | undefined): number {
  return typeof end === "number" ? end : Date.parse(String(end).slice(0, 10)) / DAY_MS;
}

const LENGTHS: Record<string, [days: number, own: number]> = {
  "30 days": [30, 30],
  "13 weeks": [91, 13],
  "52 weeks": [364, 52],
  "1 year": [366, 366],
};

/** The period without its comparison where the data does not go back far enough for one. */
export function comparable(period: Period, extent: Extent | undefined): Period {
  const lengths = LENGTHS[period.compare ?? ""];
  if (!extent || !lengths) return period;
  const length = lengths[typeof extent.data_from === "number" ? 1 : 0];
  const known = place(extent.data_to) - place(extent.data_from) + 1;
  return known < 2 * length - 7 ? { ...period, compare: undefined } : period;
}

function timeIn(definition: HomeDefinition, period: Period, more: QueryTime = {}): QueryTime | undefined {
  if (!definition.time) return undefined;
  return { dimension: definition.time, ...(period.range && { range: period.range }), ...more };
}

const compared = (period: Period): QueryTime => (period.compare ? { compare: period.compare } : {});

export function tilesQuery(definition: HomeDefinition, period: Period): SemanticQuery {
  return { measures: definition.tiles.map((m) => m.name), time: timeIn(definition, period, compared(period)) };
}

export function sparksQuery(definition: HomeDefinition, period: Period): SemanticQuery | null {
  if (!definition.time) return null;
  return { measures: definition.tiles.map((m) => m.name), time: timeIn(definition, period, { grain: period.grain }) };
}

export function trendQuery(definition: HomeDefinition, period: Period, measure: string): SemanticQuery | null {
  if (!definition.time) return null;
  return { measures: [measure], time: timeIn(definition, period, { grain: period.grain, ...compared(period) }) };
}

export function topQuery(
  definition: HomeDefinition,
  period: Period,
  measure: string,
  dimension: string,
): SemanticQuery {
  return {
    measures: [measure],
    dimensions: [dimension],
    time: timeIn(definition, period, compared(period)),
    order: [[measure, "desc"]],
    limit: 6,
  };
}
