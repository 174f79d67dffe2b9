import { expect, test } from "vitest";
import type { Column, Model, Scalar, Table } from "../api/types";
import { chooseChart, kindOfSpec, possibleKinds } from "./choose";
import { chartData } from "./option";

const time: Column = { name: "t", member: "t", type: "date", role: "time", grain: "month" };
const group = (name: string): Column => ({ name, member: name, type: "text", role: "dimension" });
const measure = (name: string, more: Partial<Column> = {}): Column => ({
  name,
  member: name,
  type: "float64",
  role: "measure",
  ...more,
});
const table = (columns: Column[], rows: Scalar[][]): Table => ({ columns, rows });
const model = { members: [{ kind: "measure", name: "m", title: "M", additivity: "additive" }] } as unknown as Model;
const rows = (n: number, ...more: Scalar[]) => Array.from({ length: n }, (_, i) => [`g${i}`, ...more] as Scalar[]);

test.each([
  ["a figure", table([measure("m")], [[1]]), "kpi"],
  [
    "a course",
    table(
      [time, measure("m")],
      [
        ["2014-01", 1],
        ["2014-02", 2],
      ],
    ),
    "line",
  ],
  ["few groups", table([group("g"), measure("m")], rows(3, 1)), "bar"],
  ["many groups", table([group("g"), measure("m")], rows(20, 1)), "horizontal_bar"],
  [
    "parts of groups that add up",
    table(
      [group("g"), group("h"), measure("m")],
      [
        ["a", "b", 1],
        ["a", "c", 1],
      ],
    ),
    "stacked_bar",
  ],
  [
    "parts of groups that do not",
    table(
      [group("g"), group("h"), measure("r")],
      [
        ["a", "b", 1],
        ["a", "c", 1],
      ],
    ),
    "bar",
  ],
  [
    "too many parts",
    table(
      [group("g"), group("h"), measure("m")],
      rows(1, "x", 1).concat(Array.from({ length: 9 }, (_, i) => ["g0", `h${i}`, 1])),
    ),
    "heat_map",
  ],
  ["nothing", table([group("g"), measure("m")], []), "table"],
  ["three groups", table([group("g"), group("h"), group("i"), measure("m")], [["a", "b", "c", 1]]), "table"],
  ["names only", table([group("g")], rows(3)), "table"],
] as [string, Table, string][])("%s", (_, result, kind) => {
  const spec = chooseChart(result, model);
  expect(kindOfSpec(spec)).toBe(kind);
  expect(possibleKinds(result, spec)).toContain("table");
});

test("measures of another unit, and comparisons with nothing, are not on the axis", () => {
  const columns = [
    group("g"),
    measure("m", { unit: "USD" }),
    measure("m.prior", { unit: "USD" }),
    measure("m.growth"),
    measure("n", { unit: "days" }),
  ];
  expect(chooseChart(table(columns, rows(2, 1, null, null, 3)), model).y).toEqual(["m"]);
  expect(chooseChart(table(columns, rows(2, 1, 2, 0.5, 3)), model).y).toEqual(["m", "m.prior"]);
});

test("no ring of negative parts", () => {
  const spec = chooseChart(
    table(
      [group("g"), measure("m")],
      [
        ["a", 1],
        ["b", -1],
      ],
    ),
    model,
  );
  expect(
    possibleKinds(
      table(
        [group("g"), measure("m")],
        [
          ["a", 1],
          ["b", -1],
        ],
      ),
      spec,
    ),
  ).not.toContain("pie");
});

test("a second group makes series, with gaps where it has no row", () => {
  const result = table(
    [time, group("g"), measure("m")],
    [
      ["2014-01", "a", 1],
      ["2014-02", "a", 2],
      ["2014-02", "b", 5],
    ],
  );
  const data = chartData(result, chooseChart(result, model), "line");
  expect(data?.labels).toEqual(["Jan 2014", "Feb 2014"]);
  expect(data?.series.map((s) => [s.name, s.values])).toEqual([
    ["a", [1, 2]],
    ["b", [null, 5]],
  ]);
});
