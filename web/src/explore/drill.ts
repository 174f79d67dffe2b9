/* Going down from a mark: which level comes next, and the query that asks about one mark only. */

import type { Column, Filter, Model, Scalar, SemanticQuery } from "../api/types";
import { memberOf } from "../format/format";

/** The member one level below, where the dimension has a hierarchy that goes on. */
export function nextLevel(member: string, model: Model): string | null {
  for (const hierarchy of model.members.filter((m) => m.kind === "hierarchy")) {
    const levels = hierarchy.members ?? [];
    const at = levels.indexOf(member);
    if (at >= 0 && at + 1 < levels.length) return levels[at + 1] ?? null;
  }
  return null;
}

const FINER: Record<string, string> = {
  year: "quarter",
  quarter: "month",
  month: "day",
  week: "day",
  day: "hour",
  fiscal_year: "fiscal_quarter",
  fiscal_quarter: "month",
};

export function finerGrain(grain: string | undefined): string | null {
  return (grain && FINER[grain]) || null;
}

export function filtersOf(query: SemanticQuery): Filter[] {
  const where = query.where ?? [];
  return Array.isArray(where) ? where : [where];
}

/** The test that only this value's rows pass; of a value that is missing, that it is. */
export function testOf(member: string, value: Scalar, isIn: boolean): Filter {
  if (value === null) return { member, op: isIn ? "not_set" : "set" };
  return { member, op: isIn ? "in" : "not_in", values: [value] };
}

/** As `query`, with a test more; one of the same member and kind gives way. */
export function withTest(query: SemanticQuery, test: Filter): SemanticQuery {
  const isSame = (other: Filter) =>
    typeof test === "object" &&
    typeof other === "object" &&
    "member" in test &&
    "member" in other &&
    test.member === other.member &&
    test.op === "in" &&
    other.op === "in";
  return { ...query, where: [...filtersOf(query).filter((f) => !isSame(f)), test] };
}

/** The query about one mark: all that its groups and its time say. */
export function narrowed(
  query: SemanticQuery,
  columns: Column[],
  values: { member: string; value: Scalar }[],
): SemanticQuery {
  let narrow = query;
  for (const { member, value } of values) {
    const isTime = columns.some((c) => c.role === "time" && memberOf(c) === member);
    narrow = isTime
      ? { ...narrow, time: { ...narrow.time, range: value } }
      : withTest(narrow, testOf(member, value, true));
  }
  return narrow;
}

const N_ROWS = 100;

/** The single rows that a query's figures are made of: of its first measure's fact, with its dates, attributes and columns, newest first. */
export function rowsBehind(query: SemanticQuery, model: Model): SemanticQuery | null {
  const [first] = query.measures ?? [];
  const measure = model.members.find((m) => m.kind === "measure" && m.name === first);
  const fact = model.members.find((m) => m.kind === "fact" && m.name === measure?.of);
  if (!fact) return null;
  const groups = (query.dimensions ?? []).filter((one) => typeof one === "string");
  const own = model.members
    .filter((m) => m.of === fact.name && ["time", "attribute", "column"].includes(m.kind))
    .map((m) => m.name);
  const { dimension = fact.time, range } = query.time ?? {};
  return {
    rows: [...new Set([...own.slice(0, 1), ...groups, ...own])],
    where: query.where,
    ...(range !== undefined && { time: { dimension, range } }),
    ...(dimension && { order: [[dimension, "desc"]] }),
    limit: N_ROWS,
  };
}
