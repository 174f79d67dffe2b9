import { expect, test } from "vitest";
import { breakLines } from "./sqlLines";

test("clauses stand on lines of their own, inner queries are set in, quoted words are left alone", () => {
  const sql = `SELECT "order"."FROM" AS a, sum(b) FROM (SELECT 'WHERE' FROM t LEFT JOIN u ON (x = y)) AS q WHERE a IN (1, 2) GROUP BY 1`;
  expect(breakLines(sql)).toBe(`SELECT "order"."FROM" AS a, sum(b)
FROM (
  SELECT 'WHERE'
  FROM t
  LEFT JOIN u ON (x = y)
) AS q
WHERE a IN (1, 2)
GROUP BY 1`);
});

test("nothing but white space changes", () => {
  const sql = `SELECT count(*) OVER (PARTITION BY a ORDER BY b) FROM "t" WHERE x = 'it''s ( FROM' ORDER BY 1 LIMIT 3`;
  const bare = (text: string) => text.replace(/\s+/g, "");
  expect(bare(breakLines(sql))).toBe(bare(sql));
});
