/* What the home page shows of a project: what its pack says, and where that says nothing, what follows from the order in which the pack
   names things. */
import type { Period as Extent, Member, Model, QueryTime, SemanticQuery } from "../api/types";

export interface Period {
  /** In words, as a query has it; or ALL. */
  id: string;
  range?: string;
  /** Of its course; empty: it has none. */
  grain: string;
  compare?: string;
}

/** The largest or smallest parts of its own measure, or of the one that is chosen. */
export interface Top {
  measure?: Member;
  dimension: Member;
  limit: number;
  order: "desc" | "asc";
}

export interface HomeDefinition {
  model: Model;
  tiles: Member[];
  /** The measure that is chosen at first. */
  chosen?: Member;
  tops: Top[];
  /** The member that time runs along, where the main fact has one. */
  time?: string;
  periods: Period[];
  /** The one that is shown at first. */
  period: string;
}

const N_TILES = 4;
const N_TOPS = 3;
export const N_ROWS = 6;
export const ALL = "all";

export const isNumeric = (member: Member) =>
  /^(int64|float64|decimal)/.test(member.type ?? "") && member.format !== "text";

/* ---- periods ---- */

const DAYS: Record<string, number> = { day: 1, week: 7, month: 30.5, quarter: 91.5, year: 366 };

const SHAPES: [RegExp, string?][] = [
  [/^(?:past|last) (\d+) (\w+?)s?$/],
  [/^(?:this|last|next) (\w+)$/],
  [/^\d+ (\w+?)s? ago$/],
  [/^(\w+) to date$/],
  [/^(?:today|yesterday|\d{4}-\d\d-\d\d)$/, "day"],
  [/^\d{4}-W\d\d$/, "week"],
  [/^\d{4}-\d\d$/, "month"],
  [/^(?:FY)?\d{4}-Q\d$/, "quarter"],
  [/^(?:FY)?\d{4}$/, "year"],
];

/** How long a range or span in words is: "past 6 months" is [6, "month"]; undefined where it does not say. */
export function lengthOf(words: string): [n: number, unit: string] | undefined {
  const text = words.replace("fiscal ", "");
  for (const [shape, named] of SHAPES) {
    const found = shape.exec(text);
    if (found) return [Number(found[2] ? found[1] : 1), named ?? found[2] ?? found[1] ?? ""];
  }
  return undefined;
}

/** The grain in which a period's course has enough steps, and not too many. */
function grainOf(range: string): string {
  const [n, unit] = lengthOf(range) ?? [1, "year"];
  const days = n * (DAYS[unit] ?? 366);
  if (days <= 62) return "day";
  if (days <= 190) return "week";
  return days <= 1100 ? "month" : "quarter";
}

type Length = readonly [n: number, unit: string];

const daysOf = ([n, unit]: Length) => n * (DAYS[unit] ?? 0);

/** How far back a period is compared. */
function backOf(period: Period): Length | undefined {
  return period.compare === "previous_year" ? [1, "year"] : lengthOf(`past ${period.compare}`);
}

/** What a period is compared with, in words: as long a time before ("13 weeks"), or the same time so long before. */
export function againstOf(period: Period): { length: string; isSame: boolean } | null {
  const [back, own] = [backOf(period), lengthOf(period.range ?? "")];
  if (!back) return null;
  const isSame = !own || Math.abs(daysOf(own) - daysOf(back)) > 1;
  const [n, unit] = back;
  return { length: n > 1 ? `${n} ${unit}s` : isSame ? `a ${unit}` : unit, isSame };
}

/* As long a span before, unless the pack says otherwise: "previous_period" would be one grain, in the course over time. */
function compareOf(range: string, said: string | undefined): string | undefined {
  if (said === "none") return undefined;
  if (said && said !== "previous_period") return said;
  const length = lengthOf(range);
  return length && `${length[0]} ${length[1]}${length[0] === 1 ? "" : "s"}`;
}

/* Along dates; or along a whole number that counts periods of its own, such as the number of a week. */
function periodsOf(model: Model, fact: Member | undefined): Pick<HomeDefinition, "time" | "periods" | "period"> {
  const home = model.ui.home ?? {};
  const time = model.members.find((m) => m.name === fact?.time);
  if (!time) return { periods: [{ id: ALL, grain: "" }], period: ALL };
  const own = fact?.time_unit; // of a number: the one unit that it has
  const grain = own && !(own in DAYS) ? "" : own;
  const usual = own ? [`past 13 ${own}s`, `past 52 ${own}s`] : ["past 30 days", "past 13 weeks", "past 12 months"];
  const period = home.period ?? usual.at(-1) ?? ALL;
  const ranges = period === ALL || usual.includes(period) ? usual : [period, ...usual];
  const periods: Period[] = ranges.map((range) => ({
    id: range,
    range,
    grain: grain ?? grainOf(range),
    compare: grain === "" ? undefined : compareOf(range, home.compare),
  }));
  return { time: time.name, periods: [...periods, { id: ALL, grain: grain ?? "quarter" }], period };
}

/* ---- lists ---- */

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

function derivedTops(model: Model, fact: string): Top[] {
  const tops = model.members
    .filter((m) => m.kind === "dimension")
    .flatMap((dimension) => topOf(model, dimension, fact) ?? []);
  const own = model.members.filter((m) => m.of === fact && isGroup(m, fact) && !isCode(m));
  return [...tops, ...own].slice(0, N_TOPS).map((dimension) => ({ dimension, limit: N_ROWS, order: "desc" }));
}

/* ---- the whole ---- */

/** By name; a part of a date goes by its own words. */
function memberOf(model: Model, name: string | undefined): Member | undefined {
  const found = model.members.find((m) => m.name === name);
  if (found || !name) return found;
  const dot = name.lastIndexOf(".");
  const part = name.slice(dot + 1);
  const base = model.members.find((m) => m.name === name.slice(0, dot));
  if (!base || !model.time_parts.some((p) => p.name === part)) return undefined;
  return { ...base, name, title: part.replaceAll("_", " ") };
}

export function homeDefinition(model: Model): HomeDefinition {
  const home = model.ui.home ?? {};
  const named = (name: string | undefined) => memberOf(model, name);
  const first = model.members.find((m) => m.kind === "fact"); // what the pack names first is what it is about
  const measures = model.members.filter((m) => m.kind === "measure" && m.of === first?.name && isNumeric(m));
  const tiles = home.measures?.flatMap((name) => named(name) ?? []) ?? measures.slice(0, N_TILES);
  const fact = named(tiles[0]?.of) ?? first;
  const tops = home.tops?.flatMap((top): Top[] => {
    const dimension = named(top.dimension);
    return dimension ? [{ limit: N_ROWS, ...top, dimension, measure: named(top.measure) }] : [];
  });
  return {
    model,
    tiles,
    chosen: named(home.trend) ?? tiles[0],
    tops: tops ?? (fact ? derivedTops(model, fact.name) : []),
    ...periodsOf(model, fact),
  };
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

/** The period without its comparison where the data does not go back far enough for one. */
export function comparable(period: Period, extent: Extent | undefined): Period {
  const range = lengthOf(period.range ?? "");
  const back = backOf(period);
  if (!extent || !range || !back) return period;
  const size = (length: Length) => (typeof extent.data_from === "number" ? length[0] : daysOf(length));
  const known = place(extent.data_to) - place(extent.data_from) + 1;
  return known < size(range) + size(back) - 7 ? { ...period, compare: undefined } : period;
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
  if (!definition.time || !period.grain) return null;
  return { measures: definition.tiles.map((m) => m.name), time: timeIn(definition, period, { grain: period.grain }) };
}

export function trendQuery(definition: HomeDefinition, period: Period, measure: string): SemanticQuery | null {
  if (!definition.time || !period.grain) return null;
  return { measures: [measure], time: timeIn(definition, period, { grain: period.grain, ...compared(period) }) };
}

export function topQuery(definition: HomeDefinition, period: Period, measure: string, top: Top): SemanticQuery {
  return {
    measures: [measure],
    dimensions: [top.dimension.name],
    time: timeIn(definition, period, compared(period)),
    order: [[measure, top.order]],
    limit: top.limit,
  };
}
