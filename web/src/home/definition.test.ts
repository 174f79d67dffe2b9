import { expect, test } from "vitest";
import type { Model } from "../api/types";
import { comparable, homeDefinition } from "./definition";

const member = (kind: string, name: string, more = {}) => ({ kind, name, title: name, facts: ["f"], ...more });

const model = {
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
  const { tiles, tops, time, periods } = homeDefinition(model);
  expect(tiles.map((m) => m.name)).toEqual(["m"]);
  expect(tops.map((m) => m.name)).toEqual(["place.city", "store.id", "weather"]);
  expect(time).toBe("day");
  expect(periods.map((p) => p.id)).toEqual(["days", "quarter", "year", "all"]);
});

test("a model without facts has nothing to show", () => {
  expect(homeDefinition({ members: [] } as unknown as Model)).toMatchObject({ tiles: [], tops: [] });
});

test("there is no comparison with a time before the data", () => {
  const year = homeDefinition(model).periods.find((p) => p.id === "year");
  if (!year) throw new Error("no year");
  const extent = (data_from: string | number, data_to: string | number) => ({
    member: "day",
    text: "",
    data_from,
    data_to,
  });
  expect(comparable(year, extent("2011-01-01", "2014-12-31")).compare).toBe("1 year");
  expect(comparable(year, extent("2010-12-01", "2011-12-09")).compare).toBeUndefined();
  expect(comparable({ ...year, compare: "52 weeks" }, extent(40, 160)).compare).toBe("52 weeks");
  expect(comparable({ ...year, compare: "52 weeks" }, extent(100, 160)).compare).toBeUndefined();
});
