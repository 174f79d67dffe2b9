/* The query being put together, and the edits that a person makes to it. What the page has no control for (a set, an order, an
   expression) is kept as it came. */

import type { Filter, Member, Model, Named, Range, SemanticQuery } from "../api/types";
import { homeDefinition } from "../home/definition";
import { filtersOf } from "./drill";

export type Shelf = "measures" | "dimensions" | "filters";

/** How many rows are shown at first; a person may ask for more, up to the last of these. */
export const ROW_STEPS = [10_000, 50_000, 250_000, 1_000_000] as const;

export const nameOf = (named: Named) => (typeof named === "string" ? named : named.as);

export function parseDraft(text: string | null): SemanticQuery | null {
  if (!text) return null;
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === "object" && parsed !== null && !Array.isArray(parsed) ? (parsed as SemanticQuery) : null;
  } catch {
    return null;
  }
}

/** What the page begins with: the pack's first measure by what the home page lists first. */
export function firstDraft(model: Model): SemanticQuery {
  const { tiles, tops, time } = homeDefinition(model);
  const draft: SemanticQuery = { measures: tiles.slice(0, 1).map((m) => m.name) };
  if (tops[0]) draft.dimensions = [tops[0].dimension.name];
  else if (time) draft.time = { dimension: time, grain: "year" };
  return draft;
}

export function isEmpty(draft: SemanticQuery): boolean {
  return !draft.measures?.length && !draft.dimensions?.length && !draft.rows?.length && !draft.time?.grain;
}

/** As it is asked: with the total, and no more rows than are shown. */
export function asked(draft: SemanticQuery, limit: number = ROW_STEPS[0]): SemanticQuery | null {
  if (isEmpty(draft)) return null;
  const isGrouped = draft.dimensions?.length || draft.time?.grain;
  const hasTotal = isGrouped && draft.measures?.length && !draft.rows;
  return { ...draft, ...(hasTotal && { totals: ["all"] }), limit: draft.limit ?? limit };
}

/** How many rows the draft has in all. */
export function countOf(draft: SemanticQuery): SemanticQuery {
  const { order: _, ...source } = draft;
  const measures = [{ expr: "count(*)", as: "n" }];
  if (!draft.rows) return { source, measures };
  const { rows: _rows, ...same } = source;
  return { ...same, measures };
}

/** Without the keys that say nothing, so that addresses stay short. */
export function tidy(draft: SemanticQuery): SemanticQuery {
  const clean = { ...draft };
  for (const key of ["measures", "dimensions", "where", "having", "order"] as const) {
    const value = clean[key];
    if (value === undefined || (Array.isArray(value) && value.length === 0)) delete clean[key];
  }
  if (clean.time) {
    const time = Object.fromEntries(Object.entries(clean.time).filter(([, value]) => value !== undefined));
    const says = Object.keys(time).some((key) => key !== "dimension");
    if (says) clean.time = time;
    else delete clean.time;
  }
  if (clean.limit === undefined) delete clean.limit;
  return clean;
}

/* ---- what a member may stand on ---- */

export function shelvesOf(member: Member): Shelf[] {
  switch (member.kind) {
    case "measure":
      return ["measures", "filters"];
    case "column":
      return ["measures"];
    case "attribute":
      return ["dimensions", "filters"];
    case "filter":
      return ["filters"];
    default:
      return [];
  }
}

/** Orders and counts of rows that were about what is no longer shown go with it. */
function withoutStaleOrder(draft: SemanticQuery): SemanticQuery {
  const shown = new Set([...(draft.measures ?? []), ...(draft.dimensions ?? [])].map(nameOf));
  const order = draft.order?.filter((one) => shown.has(typeof one === "string" ? one : one[0]));
  const { limit_per, ...rest } = draft;
  const isStale = limit_per?.by.some((name) => !shown.has(name));
  return { ...rest, order, ...(limit_per && !isStale && { limit_per }) };
}

export function withNames(draft: SemanticQuery, shelf: "measures" | "dimensions", names: Named[]): SemanticQuery {
  const { rows, ...groups } = draft; // groups and single rows do not go together
  return withoutStaleOrder({ ...groups, [shelf]: names });
}

export function added(
  draft: SemanticQuery,
  shelf: "measures" | "dimensions",
  name: string,
  at?: number,
): SemanticQuery {
  const rest = (draft[shelf] ?? []).filter((one) => nameOf(one) !== name);
  const place = at ?? rest.length;
  return withNames(draft, shelf, [...rest.slice(0, place), name, ...rest.slice(place)]);
}

export function removed(draft: SemanticQuery, shelf: "measures" | "dimensions", name: string): SemanticQuery {
  return withNames(
    draft,
    shelf,
    (draft[shelf] ?? []).filter((one) => nameOf(one) !== name),
  );
}

export function moved(draft: SemanticQuery, shelf: "measures" | "dimensions", name: string, by: -1 | 1): SemanticQuery {
  const names = [...(draft[shelf] ?? [])];
  const from = names.findIndex((one) => nameOf(one) === name);
  const to = from + by;
  if (from < 0 || to < 0 || to >= names.length) return draft;
  const [one] = names.splice(from, 1);
  names.splice(to, 0, one as Named);
  return { ...draft, [shelf]: names };
}

/* ---- filters: tests of rows in `where`, of measures in `having` ---- */

export interface PlacedFilter {
  filter: Filter;
  place: "where" | "having";
  at: number;
}

const listOf = (filters: Filter[] | Filter | undefined): Filter[] =>
  filters === undefined ? [] : Array.isArray(filters) ? filters : [filters];

export function placedFilters(draft: SemanticQuery): PlacedFilter[] {
  return [
    ...filtersOf(draft).map((filter, at) => ({ filter, place: "where" as const, at })),
    ...listOf(draft.having).map((filter, at) => ({ filter, place: "having" as const, at })),
  ];
}

/** With the filter at a place put in, changed, or (null) taken away. */
export function withFilter(
  draft: SemanticQuery,
  place: "where" | "having",
  at: number | null,
  filter: Filter | null,
): SemanticQuery {
  const list = [...listOf(draft[place])];
  if (at === null) {
    if (filter) list.push(filter);
  } else if (filter) list[at] = filter;
  else list.splice(at, 1);
  return { ...draft, [place]: list };
}

export function rangeKey(range: Range | undefined): string {
  if (range === undefined || range === null) return "";
  return Array.isArray(range) ? JSON.stringify(range) : String(range);
}
