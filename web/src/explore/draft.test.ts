import { expect, test } from "vitest";
import type { Column, Model, SemanticQuery } from "../api/types";
import { added, asked, countOf, moved, parseDraft, placedFilters, removed, tidy, withFilter } from "./draft";
import { finerGrain, narrowed, nextLevel, rowsBehind, testOf, withTest } from "./drill";

const model = {
  members: [
    { kind: "fact", name: "trip", title: "Trips", time: "started_at" },
    { kind: "time", name: "started_at", title: "Start", of: "trip" },
    { kind: "attribute", name: "weather", title: "Weather", of: "trip" },
    { kind: "column", name: "trip.distance", title: "Distance", of: "trip" },
    { kind: "hierarchy", name: "place.all", title: "All", of: "place", members: ["place.country", "place.city"] },
    { kind: "measure", name: "trips", title: "Trips", of: "trip" },
  ],
} as unknown as Model;

test("what is no query is none", () => {
  for (const text of [null, "", "{", "[]", "3", "null"]) expect(parseDraft(text)).toBeNull();
  expect(parseDraft('{"measures":["trips"]}')).toEqual({ measures: ["trips"] });
});

test("measures are added once, in place, moved within bounds, and taken away with an order about them", () => {
  let draft: SemanticQuery = { measures: ["a", "b"], order: [["b", "desc"]] };
  draft = added(draft, "measures", "c", 0);
  expect(draft.measures).toEqual(["c", "a", "b"]);
  expect(added(draft, "measures", "b", 0).measures).toEqual(["b", "c", "a"]);
  expect(moved(draft, "measures", "c", -1).measures).toEqual(["c", "a", "b"]);
  expect(moved(draft, "measures", "c", 1).measures).toEqual(["a", "c", "b"]);
  expect(tidy(removed(draft, "measures", "b"))).toEqual({ measures: ["c", "a"] });
});

test("groups and single rows do not go together", () => {
  expect(tidy(added({ rows: ["weather"], limit: 5 }, "measures", "trips"))).toEqual({ measures: ["trips"], limit: 5 });
});

test("filters are put in, changed and taken away where they stand", () => {
  let draft: SemanticQuery = { where: "bulk", having: [{ member: "trips", op: "gt", values: [3] }] };
  expect(placedFilters(draft).map((f) => f.place)).toEqual(["where", "having"]);
  draft = withFilter(draft, "where", null, "rain");
  expect(draft.where).toEqual(["bulk", "rain"]);
  draft = withFilter(draft, "where", 0, "wind");
  expect(draft.where).toEqual(["wind", "rain"]);
  expect(tidy(withFilter(draft, "having", 0, null)).having).toBeUndefined();
});

test("what is asked has a total where there are groups, and a limit", () => {
  expect(asked({})).toBeNull();
  expect(asked({ measures: ["trips"] })).toEqual({ measures: ["trips"], limit: 10_000 });
  expect(asked({ measures: ["trips"] }, 50_000)).toMatchObject({ limit: 50_000 });
  expect(asked({ measures: ["trips"], dimensions: ["weather"], limit: 3 })).toMatchObject({
    totals: ["all"],
    limit: 3,
  });
  expect(asked({ rows: ["weather"] })).not.toHaveProperty("totals");
});

test("all its rows are counted: its groups, or the rows themselves", () => {
  const measures = [{ expr: "count(*)", as: "n" }];
  expect(countOf({ measures: ["trips"], dimensions: ["weather"], order: ["trips"] })).toEqual({
    source: { measures: ["trips"], dimensions: ["weather"] },
    measures,
  });
  expect(countOf({ rows: ["weather"], where: ["bulk"], order: ["weather"] })).toEqual({ where: ["bulk"], measures });
});

test("a time that says nothing is left out", () => {
  expect(tidy({ measures: ["trips"], time: { dimension: "started_at", grain: undefined } })).toEqual({
    measures: ["trips"],
  });
});

test("down: the next level, the finer period", () => {
  expect(nextLevel("place.country", model)).toBe("place.city");
  expect(nextLevel("place.city", model)).toBeNull();
  expect(finerGrain("quarter")).toBe("month");
  expect(finerGrain("hour")).toBeNull();
});

test("a test of the same member gives way to a narrower one; a missing value is tested as such", () => {
  const query = { where: [{ member: "weather", op: "in", values: ["Rain", "Sun"] }, "bulk"] };
  expect(withTest(query, testOf("weather", "Rain", true)).where).toEqual([
    "bulk",
    { member: "weather", op: "in", values: ["Rain"] },
  ]);
  expect(testOf("weather", null, true)).toEqual({ member: "weather", op: "not_set" });
  expect(testOf("weather", null, false)).toEqual({ member: "weather", op: "set" });
});

test("a mark's groups become tests, its period the range; behind it are the fact's rows", () => {
  const columns: Column[] = [
    { name: "started_at.month", member: "started_at.month", type: "date", role: "time" },
    { name: "weather", member: "weather", type: "text", role: "dimension" },
  ];
  const query: SemanticQuery = { measures: ["trips"], dimensions: ["weather"], time: { grain: "month" } };
  const mark = [
    { member: "started_at.month", value: "2021-01" },
    { member: "weather", value: "Rain" },
  ];
  const narrow = narrowed(query, columns, mark);
  expect(narrow).toEqual({
    ...query,
    time: { grain: "month", range: "2021-01" },
    where: [{ member: "weather", op: "in", values: ["Rain"] }],
  });
  expect(rowsBehind(narrow, model)).toEqual({
    rows: ["started_at", "weather", "trip.distance"],
    where: narrow.where,
    time: { dimension: "started_at", range: "2021-01" },
    order: [["started_at", "desc"]],
    limit: 100,
  });
  expect(rowsBehind({ measures: [{ expr: "1", as: "one" }] }, model)).toBeNull();
});
