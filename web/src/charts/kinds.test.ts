import { expect, test } from "vitest";
import type { ChartSpec, Column, Scalar, Table } from "../api/types";
import { possibleKinds } from "./kinds";
import { chartData } from "./option";

const time: Column = { name: "t", member: "t", type: "date", role: "time", grain: "month" };
const group = (name: string): Column => ({ name, member: name, type: "text", role: "dimension" });
const measure = (name: string): Column => ({ name, member: name, type: "float64", role: "measure" });
const table = (columns: Column[], rows: Scalar[][]): Table => ({ columns, rows });
const spec = (kind: ChartSpec["kind"], more: Partial<ChartSpec> = {}): ChartSpec => ({
  kind,
  x: "g",
  y: ["m"],
  series: null,
  stacked: false,
  ...more,
});
const rows = (n: number, ...more: Scalar[]) => Array.from({ length: n }, (_, i) => [`g${i}`, ...more] as Scalar[]);
const two = [group("g"), measure("m")];

test("the server's choice is among the kinds, and the table is the last of them", () => {
  for (const kind of ["bar", "horizontal_bar", "histogram", "pie"] as const) {
    const kinds = possibleKinds(table(two, rows(3, 1)), spec(kind));
    expect(kinds).toContain(kind);
    expect(kinds.at(-1)).toBe("table");
  }
});

test("of too many groups a table is shown first, and bars may be chosen", () => {
  expect(possibleKinds(table(two, rows(60, 1)), spec("table"))).toEqual(["bar", "horizontal_bar", "table"]);
});

test("what cannot be drawn is a table", () => {
  expect(possibleKinds(table([measure("m")], [[1]]), spec("kpi", { x: null }))).toEqual(["table"]);
  expect(possibleKinds(table(two, []), spec("table"))).toEqual(["table"]);
  expect(possibleKinds(table([group("g")], rows(3)), spec("table", { x: null, y: [] }))).toEqual(["table"]);
});

test("no ring of negative parts", () => {
  expect(possibleKinds(table(two, rows(2, 1)), spec("bar"))).toContain("pie");
  const some = [
    ["a", 1],
    ["b", -1],
  ];
  expect(possibleKinds(table(two, some), spec("bar"))).not.toContain("pie");
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
  const data = chartData(result, spec("line", { x: "t", series: "g" }), "line");
  expect(data?.labels).toEqual(["Jan 2014", "Feb 2014"]);
  expect(data?.series.map((s) => [s.name, s.values])).toEqual([
    ["a", [1, 2]],
    ["b", [null, 5]],
  ]);
});
