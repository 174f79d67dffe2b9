/* Going down from a mark: which level comes next, and the query that asks about one mark only. */
import type { Filter, Model, Scalar, SemanticQuery } from "../api/types";

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
