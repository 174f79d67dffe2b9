import { expect, test } from "vitest";
import type { Column } from "../api/types";
import {
  formatAgo,
  formatDay,
  formatDuration,
  formatPeriod,
  formatTime,
  formatValue,
  kindOf,
  setLocale,
} from "./format";

const column = (more: Partial<Column>): Column => ({ name: "x", type: "float64", role: "measure", ...more });

test.each([
  [1234.5, { format: "currency", unit: "USD" }, "$1,234.50"],
  [-1234.5, { format: "currency", unit: "USD" }, "−$1,234.50"],
  [0.1234, { format: "percent" }, "12.3\u00a0%"],
  [0.1234, { format: "percent", decimals: 0 }, "12\u00a0%"],
  [1234567, { format: "integer" }, "1,234,567"],
  [2.34567, { decimals: 2, unit: "days" }, "2.35\u00a0days"],
  ["9223372036854775807", { type: "int64", format: "text" }, "9223372036854775807"],
  [40, { type: "int64", role: "time", member: "week" }, "40"],
  [1, { type: "int64", role: "dimension", member: "order_date.weekday" }, "Monday"],
  [12, { type: "int64", role: "dimension", member: "order_date.month_of_year" }, "Dec"],
  [true, { type: "bool" }, "Yes"],
  [null, {}, "–"],
] as [string | number | boolean | null, Partial<Column>, string][])("%s of %o is written %s", (value, more, text) => {
  expect(formatValue(value, column(more))).toBe(text);
});

test("short figures have three digits, an axis no trailing zeros", () => {
  const money = column({ format: "currency", unit: "USD" });
  expect(formatValue(4_300_000, money, "short")).toBe("$4.30M");
  expect(formatValue(4_300_000, money, "axis")).toBe("$4.3M");
  expect(formatValue(950, money, "short")).toBe("$950");
  expect(formatValue(0.25, money, "short")).toBe("$0.25");
  expect(formatValue(2.8, column({ decimals: 2 }), "short")).toBe("2.80");
});

test.each([
  ["2014", "2014"],
  ["2014-Q1", "Q1 2014"],
  ["FY2014-Q3", "Q3 FY2014"],
  ["2014-W09", "W09 2014"],
  ["2014-03", "Mar 2014"],
  ["2014-03-07", "7 Mar 2014"],
  ["2014-03-07T10", "7 Mar 2014, 10:00"],
  ["2014-03-07T10:20:30", "7 Mar 2014, 10:20"],
  ["week 40", "week 40"],
])("the period %s is %s", (period, text) => {
  expect(formatTime(period)).toBe(text);
});

test("the days of a period are written out, what else it says is kept", () => {
  expect(formatPeriod("2010-12-01 to 2011-12-09; December 2011 holds 9 of 31 days")).toBe(
    "1 December 2010 to 9 December 2011; December 2011 holds 9 of 31 days",
  );
});

test("numbers that are names are text, to the left", () => {
  expect(kindOf(column({ type: "int64" }))).toBe("number");
  expect(kindOf(column({ type: "int64", format: "text" }))).toBe("text");
  expect(kindOf(column({ type: "decimal(38,5)" }))).toBe("number");
  expect(kindOf(column({ type: "date" }))).toBe("time");
});

test("ages and durations", () => {
  expect(formatAgo(2)).toBe("just now");
  expect(formatAgo(3600)).toBe("1 hr. ago");
  expect(formatDuration(500)).toBe("under 1 ms");
  expect(formatDuration(1_031_291)).toBe("1.0 s");
});

test("a pack's locale has its own numbers and dates, and goes with it", () => {
  const euros: Column = { name: "a", type: "decimal(18,2)", format: "currency", unit: "EUR", decimals: 2 };
  setLocale("de-DE");
  expect(formatValue(-1234.5, euros)).toBe("−1.234,50\u00a0€");
  expect(formatValue("2014-03-07", { name: "d", type: "date" })).toBe("7. März 2014");
  expect(formatTime("2014-03")).toBe("März 2014");
  expect(formatDay("2014-03-07")).toBe("7. März 2014");
  setLocale("en-US");
  expect(formatTime("2014-03-07")).toBe("Mar 7, 2014");
  setLocale("en-12");
  expect(formatTime("2014-03-07")).toBe("7 Mar 2014");
  setLocale(undefined);
  expect(formatValue(-1234.5, euros)).toBe("−€1,234.50");
});
