/* What the home page shows of a project: derived from its model, in the order in which the pack names things. */
import type { Member, Model, QueryTime, SemanticQuery } from "../api/types";

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

const DATES: Period[] = [
  { id: "days", range: "past 30 days", grain: "day", compare: "previous_period" },
  { id: "quarter", range: "past 13 weeks", grain: "week", compare: "previous_period" },
  { id: "year", range: "past 12 months", grain: "month", compare: "previous_year" },
  { id: "all", grain: "quarter" },
];
const WEEKS: Period[] = [
  { id: "quarter", range: "past 13 weeks", grain: "week", compare: "previous_period" },
  { id: "weeks", range: "past 52 weeks", grain: "week", compare: "previous_period" },
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
  return (
    member.kind === "attribute" && member.type === "text" && !member.pii && (member.facts?.includes(fact) ?? false)
  );
}

/** Of each dimension the attribute that says most on few lines: the second level of its hierarchy, else the last one that is no key. */
function topsOf(model: Model, fact: string): Member[] {
  const tops: Member[] = [];
  for (const dimension of model.members.filter((m) => m.kind === "dimension")) {
    const attributes = model.members.filter((m) => m.of === dimension.name && isGroup(m, fact));
    const levels = model.members.find((m) => m.kind === "hierarchy" && m.of === dimension.name)?.members;
    const level = levels?.[Math.min(1, levels.length - 1)];
    const found = attributes.find((m) => m.name === level) ?? attributes.filter((m) => !m.name.endsWith(".id")).at(-1);
    if (found) tops.push(found);
  }
  const own = model.members.filter((m) => m.of === fact && isGroup(m, fact));
  return [...tops, ...own].slice(0, N_TOPS);
}

export function homeDefinition(model: Model): HomeDefinition {
  const fact = model.members.find((m) => m.kind === "fact"); // what the pack names first is what it is about
  if (!fact) return { model, tiles: [], tops: [], periods: [{ id: "all", grain: "" }] };
  const measures = model.members.filter((m) => m.kind === "measure" && m.of === fact.name && isNumeric(m));
  return { model, tiles: measures.slice(0, N_TILES), tops: topsOf(model, fact.name), ...timeOf(model, fact) };
}

/* ---- the queries ---- */

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
