import { expect, test } from "vitest";
import { RowReader } from "./rows";

const document = {
  status: "answered",
  query: { rows: ["a", "b"], where: [{ op: "in", values: ['"rows":[', "]}"] }] },
  columns: [{ name: "a" }, { name: "b" }],
  rows: [
    ["x", 1],
    ['["\\"]', null],
    ["é\\", [1, { deep: [2] }]],
    ["", -2.5],
  ],
  totals: [{ rows: [[1]] }],
  answer: 'a "rows":[[1]] b',
};

test.each([1, 2, 3, 7, 50, 10_000])("pieces of %i characters give the document", (size) => {
  const text = `${JSON.stringify(document)}\n`;
  const reader = new RowReader();
  for (let at = 0; at < text.length; at += size) reader.feed(text.slice(at, at + size));
  expect(reader.end()).toEqual(document);
});

test("rows are there before the end, each only when it is whole", () => {
  const reader = new RowReader();
  reader.feed('{"columns":[{"name":"a"}],"ro');
  expect(reader.head).toBeNull();
  reader.feed('ws":[["x"],["y');
  expect(reader.head).toEqual({ columns: [{ name: "a" }], rows: [] });
  expect(reader.rows).toEqual([["x"]]);
  reader.feed('"],["z"]');
  expect(reader.rows).toEqual([["x"], ["y"], ["z"]]);
});

test("no rows, no row in rows, and what is cut off", () => {
  const plain = new RowReader();
  plain.feed('{"a":[1]}');
  expect(plain.end()).toEqual({ a: [1] });
  const empty = new RowReader();
  empty.feed('{"columns":[],"rows":[],"truncated":false}');
  expect(empty.end()).toEqual({ columns: [], rows: [], truncated: false });
  const cut = new RowReader();
  cut.feed('{"columns":[],"rows":[[1],[2]');
  expect(() => cut.end()).toThrow();
});
