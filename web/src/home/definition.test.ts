import { expect, test } from "vitest";
import type { Model } from "../api/types";
import { againstOf, comparable, homeDefinition, lengthOf, topQuery } from "./definition";

const member = (kind: string, name: string, more = {}) => ({ kind, name, title: name, facts: ["f"], ...more });

const model = {
  ui: {},
  time_parts: [{ name: "weekday" }],
  members: [
    member("fact", "f", { time: "day" }),
    member("time", "day", { of: "f", type: "date" }),
    member("dimension", "place"),
    member("attribute", "place.country", { of: "place", type: "text" }),
    member("attribute", "place.city", { of: "place", type: "text" }),
    member("attribute", "place.street", { of: "place", type: "text" }),
    member("hierarchy", "place.all", { of: "place", members: ["place.country", "place.city", "place.street"] }),
    member("dimension", "person"),
    member("attribute", "person.id", { of: "person", type: "text" }),
    member("attribute", "person.name", { of: "person", type: "text", pii: "name" }),
    member("dimension", "store", { title: "Store" }),
    member("attribute", "store.id", { of: "store", type: "int64", format: "text", title: "Store" }),
    member("attribute", "weather", { of: "f", type: "text" }),
    member("measure", "m", { of: "f", type: "float64" }),
    member("measure", "last", { of: "f", type: "date" }),
  ],
} as unknown as Model;

test("tiles are the numbers of the first fact; lists are the second level, names, never what is personal", () => {
  const { tiles, tops, time, periods, period } = homeDefinition(model);
  expect(tiles.map((m) => m.name)).toEqual(["m"]);
  expect(tops.map((top) => top.dimension.name)).toEqual(["place.city", "store.id", "weather"]);
  expect(time).toBe("day");
  expect(periods.map((p) => p.id)).toEqual(["past 30 days", "past 13 weeks", "past 12 months", "all"]);
  expect(periods.map((p) => p.grain)).toEqual(["day", "week", "month", "quarter"]);
  expect(periods.map((p) => p.compare)).toEqual(["30 days", "13 weeks", "12 months", undefined]);
  expect(period).toBe("past 12 months");
});

const withHome = (home: object) => homeDefinition({ ...model, ui: { home } } as unknown as Model);

test("what the pack says of the page goes before what is derived", () => {
  const definition = withHome({
    measures: ["last", "m", "gone"],
    trend: "m",
    tops: [
      { dimension: "person.name", order: "desc" },
      { dimension: "day.weekday", measure: "m", limit: 7, order: "asc" },
      { dimension: "gone", order: "desc" },
    ],
    period: "this year",
    compare: "previous_year",
  });
  expect(definition.tiles.map((m) => m.name)).toEqual(["last", "m"]);
  expect(definition.chosen?.name).toBe("m");
  expect(definition.tops.map((top) => [top.dimension.name, top.measure?.name, top.limit])).toEqual([
    ["person.name", undefined, 6],
    ["day.weekday", "m", 7],
  ]);
  expect(definition.tops[1]?.dimension.title).toBe("weekday");
  const [first] = definition.periods;
  expect(first).toEqual({ id: "this year", range: "this year", grain: "month", compare: "previous_year" });
  expect(definition.period).toBe("this year");
  expect(definition.periods).toHaveLength(5);
  const [, top] = definition.tops;
  if (!first || !top) throw new Error("no period, no list");
  expect(topQuery(definition, first, "m", top)).toMatchObject({ order: [["m", "asc"]], limit: 7 });
});

test("nothing is compared where the pack says so; all of the time is never", () => {
  expect(withHome({ compare: "none" }).periods.map((p) => p.compare)).toEqual(Array(4).fill(undefined));
  expect(withHome({ period: "all", compare: "1 year" }).periods.at(-1)).toEqual({ id: "all", grain: "quarter" });
});

test("a number's time has periods of its own unit", () => {
  const counted = (time_unit: string) =>
    homeDefinition({
      ...model,
      members: model.members.map((m) => (m.kind === "fact" ? { ...m, time_unit } : m)),
    } as unknown as Model).periods;
  expect(counted("week").map((p) => [p.id, p.grain, p.compare])).toEqual([
    ["past 13 weeks", "week", "13 weeks"],
    ["past 52 weeks", "week", "52 weeks"],
    ["all", "week", undefined],
  ]);
  expect(counted("shift").map((p) => [p.id, p.grain, p.compare])).toEqual([
    ["past 13 shifts", "", undefined],
    ["past 52 shifts", "", undefined],
    ["all", "", undefined],
  ]);
});

test("what a period is compared with, in words", () => {
  const words = (range: string, compare?: string) => againstOf({ id: range, range, grain: "month", compare });
  expect(words("past 13 weeks", "13 weeks")).toEqual({ length: "13 weeks", isSame: false });
  expect(words("past 12 months", "previous_year")).toEqual({ length: "year", isSame: false });
  expect(words("last month", "1 month")).toEqual({ length: "month", isSame: false });
  expect(words("past 30 days", "previous_year")).toEqual({ length: "a year", isSame: true });
  expect(words("past 13 weeks", "52 weeks")).toEqual({ length: "52 weeks", isSame: true });
  expect(words("past 13 weeks")).toBeNull();
});

test("how long a range is, by its words", () => {
  expect(lengthOf("past 6 months")).toEqual([6, "month"]);
  expect(lengthOf("last quarter")).toEqual([1, "quarter"]);
  expect(lengthOf("this fiscal year")).toEqual([1, "year"]);
  expect(lengthOf("year to date")).toEqual([1, "year"]);
  expect(lengthOf("2 weeks ago")).toEqual([1, "week"]);
  expect(lengthOf("FY2014-Q1")).toEqual([1, "quarter"]);
  expect(lengthOf("2014-03-07")).toEqual([1, "day"]);
  expect(lengthOf("some day")).toBeUndefined();
});

test("a model without facts has nothing to show", () => {
  expect(homeDefinition({ ui: {}, members: [] } as unknown as Model)).toMatchObject({ tiles: [], tops: [] });
});

test("there is no comparison with a time before the data", () => {
  const year = homeDefinition(model).periods.find((p) => p.id === "past 12 months");
  if (!year) throw new Error("no year");
  const extent = (data_from: string | number, data_to: string | number) => ({
    member: "day",
    text: "",
    data_from,
    data_to,
  });
  expect(comparable(year, extent("2011-01-01", "2014-12-31")).compare).toBe("12 months");
  expect(comparable(year, extent("2010-12-01", "2011-12-09")).compare).toBeUndefined();
  const lastYear = { ...year, compare: "previous_year" };
  expect(
    comparable({ ...lastYear, range: "past 30 days" }, extent("2011-01-01", "2011-12-31")).compare,
  ).toBeUndefined();
  expect(comparable({ ...lastYear, range: "past 30 days" }, extent("2011-01-01", "2012-03-01")).compare).toBe(
    "previous_year",
  );
  const weeks = { ...year, range: "past 52 weeks", compare: "52 weeks" };
  expect(comparable(weeks, extent(40, 160)).compare).toBe("52 weeks");
  expect(comparable(weeks, extent(100, 152)).compare).toBeUndefined();
});
