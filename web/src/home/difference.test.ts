import { expect, test } from "vitest";
import type { Column, QueryResult } from "../api/types";
import { differenceOf } from "./difference";

const column = (name: string, more = {}) => ({ name, type: "float64", role: "measure", ...more }) as unknown as Column;

/** What a measure without a unit, or with `more`, says of `now` against `prior`. */
function between(prior: number | null, now: number | null, more = {}) {
  const change = prior === null || now === null ? null : now - prior;
  const growth = change === null || !prior ? null : change / prior;
  const columns = [column("m", more), column("m.prior"), column("m.change"), column("m.growth")];
  const result = { columns, rows: [[now, prior, change, growth]] } as unknown as QueryResult;
  const difference = differenceOf(result, columns[0] as Column, 0);
  return difference && [Math.sign(difference.by), difference.size];
}

test("an amount by how much it grew, a percentage in points, a loss by its amount", () => {
  expect(between(100, 150)).toEqual([1, "50.0\u00a0%"]);
  expect(between(200, 50)).toEqual([-1, "75.0\u00a0%"]);
  expect(between(10, 31)).toEqual([1, "210\u00a0%"]);
  expect(between(1, 31)).toEqual([1, ">\u00a0999\u00a0%"]);
  expect(between(0.2, 0.195, { format: "percent" })).toEqual([-1, "0.5\u00a0pts"]);
  expect(between(-0.1, 0.1, { format: "percent" })).toEqual([1, "20.0\u00a0pts"]);
  expect(between(-4900, -16100)).toEqual([-1, "11.2K"]);
  expect(between(-400, 100)).toEqual([1, "500"]);
  expect(between(100, -400)).toEqual([-1, "500"]);
  expect(between(0, -400)).toEqual([-1, "400"]);
});

test("nothing before, nothing to say", () => {
  expect(between(null, 5)).toBeNull();
  expect(between(5, null)).toBeNull();
  expect(between(0, 5)).toBeNull();
});
