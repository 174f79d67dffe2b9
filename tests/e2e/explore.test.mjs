import assert from "node:assert/strict";
import { test } from "node:test";
import { chartIsDrawn, explore, isQuiet, seriousFindings, setUp, shiftOf } from "./browser.mjs";

const { open } = await setUp();
const queryOf = (page) => JSON.parse(new URL(page.url()).searchParams.get("query"));
const shelf = (page, name) => page.getByRole("list", { name, exact: true });
const field = (page, name) => page.getByRole("complementary").getByRole("button", { name, exact: true });

test("fields are chosen, the answer follows, and a mark leads down the hierarchy", async () => {
  const page = await open("/explore?project=retail");
  await chartIsDrawn(page);
  await field(page, "Profit").click();
  await shelf(page, "Measures").getByText("Profit").waitFor();
  await page.getByRole("columnheader", { name: "Profit" }).waitFor();
  await page.getByRole("button", { name: "Remove Region" }).click();
  await field(page, "Market").click();
  await page.getByRole("columnheader", { name: "Market" }).waitFor();

  const chart = await chartIsDrawn(page);
  const { x, y, width, height } = await chart.boundingBox();
  await page.mouse.click(x + 64 + (width - 80) / 14 - 16, y + height - 48); // the foot of the first of seven bars
  const down = page.getByRole("menuitem", { name: /by region$/ });
  await down.click();
  await page.getByRole("columnheader", { name: "Region" }).waitFor();
  const query = queryOf(page);
  assert.deepEqual(query.dimensions, ["ship_to.region"]);
  assert.equal(query.where[0].member, "ship_to.market");
  await page.goBack();
  await page.getByRole("columnheader", { name: "Market" }).waitFor();
  isQuiet(page);
});

test("a mark leads to the single rows behind it", async () => {
  const query = {
    measures: ["revenue"],
    dimensions: ["product.category"],
    time: { dimension: "order_date", range: "2013" },
  };
  const page = await open(explore("retail", query));
  await page.getByRole("button", { name: "Furniture", exact: true }).click();
  await page.getByRole("menuitem", { name: "Show the single rows" }).click();
  await page.getByRole("columnheader", { name: "Ship mode" }).waitFor();
  const rows = queryOf(page);
  assert.deepEqual(rows.where, [{ member: "product.category", op: "in", values: ["Furniture"] }]);
  assert.equal(rows.time.range, "2013");
  await field(page, "Profit").click();
  await page.getByRole("columnheader", { name: "Profit", exact: true }).waitFor();
  assert.equal(queryOf(page).rows, undefined);
  isQuiet(page);
});

test("fields are dragged into place", async () => {
  const page = await open(explore("retail", { measures: ["revenue"], dimensions: ["product.category"] }));
  await page.getByRole("columnheader", { name: "Category" }).waitFor();
  await field(page, "Orders").dragTo(shelf(page, "Measures"));
  await shelf(page, "Measures").getByText("Orders", { exact: true }).waitFor();
  await shelf(page, "Measures")
    .getByText("Orders", { exact: true })
    .dragTo(shelf(page, "Measures").getByText("Revenue", { exact: true }));
  await page.waitForFunction(() => new URL(location.href).searchParams.get("query").includes('["orders","revenue"]'));
});

test("a filter of values, one of a measure, a named one", async () => {
  const page = await open(explore("retail", { measures: ["revenue"], dimensions: ["product.subcategory"] }));
  await page.getByRole("columnheader", { name: "Subcategory" }).waitFor();
  await field(page, "Region").hover();
  await page.getByRole("button", { name: "Filter by Region" }).click();
  await page.getByPlaceholder("Find a value").fill("cent");
  await page.getByRole("checkbox", { name: "Central", exact: true }).check();
  await page.getByRole("button", { name: "Apply" }).click();
  await shelf(page, "Filters").getByText("Region is Central").waitFor();

  await field(page, "Revenue").hover();
  await page.getByRole("button", { name: "Filter by Revenue", exact: true }).click();
  await page.getByRole("spinbutton", { name: "Value" }).fill("1000");
  await page.getByRole("button", { name: "Apply" }).click();
  await shelf(page, "Filters").getByText("Revenue > 1000").waitFor();

  await field(page, "Discounted lines").click();
  await shelf(page, "Filters").getByText("Discounted lines").waitFor();
  const query = queryOf(page);
  assert.deepEqual(query.where, [{ member: "ship_to.region", op: "in", values: ["Central"] }, "discounted"]);
  assert.deepEqual(query.having, [{ member: "revenue", op: "gt", values: [1000] }]);
  await page.locator("tbody tr").first().waitFor();
  isQuiet(page);
});

test("time: a span, a period, a comparison", async () => {
  const page = await open(explore("retail", { measures: ["revenue"] }));
  await page.getByRole("columnheader", { name: "Revenue" }).waitFor();
  const choose = async (label, option) => {
    await page.getByRole("combobox", { name: label }).click();
    await page.getByRole("option", { name: option, exact: true }).click();
  };
  await choose("Span of time", "Past 12 months");
  await choose("By period", "Month");
  await choose("Compare with", "Year before");
  await chartIsDrawn(page, "line");
  await page.getByRole("columnheader", { name: "Revenue (growth)" }).waitFor();
  assert.deepEqual(queryOf(page).time, {
    dimension: "order_date",
    range: "past 12 months",
    grain: "month",
    compare: "previous_year",
  });
  assert.ok((await shiftOf(page)) < 0.02);
});

test("explain, SQL, the query to take along", async () => {
  const page = await open(explore("retail", { measures: ["revenue"], dimensions: ["product.category"] }));
  await page.getByRole("button", { name: "Explain" }).click();
  await page.getByText("Rows of order_line.").waitFor();
  await page.getByRole("button", { name: "SQL" }).click();
  await page.getByRole("region", { name: "SQL" }).getByText("SELECT").waitFor();
  await page.getByRole("button", { name: "Copy query" }).click();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  assert.deepEqual(JSON.parse(copied), { measures: ["revenue"], dimensions: ["product.category"] });
});

test("by keyboard alone: find a field, add it, move it, take it away, drill", async () => {
  const page = await open(explore("retail", { measures: ["revenue"], dimensions: ["product.category"] }));
  await page.getByRole("columnheader", { name: "Category" }).waitFor();
  await page.getByPlaceholder("Find a field").focus();
  await page.keyboard.type("profit margin");
  await page.keyboard.press("Tab"); // the group's heading
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await shelf(page, "Measures").getByText("Profit margin").waitFor();
  await shelf(page, "Measures").getByRole("button", { name: "Profit margin", exact: true }).focus();
  await page.keyboard.press("Alt+ArrowLeft");
  await page.waitForFunction(() => new URL(location.href).searchParams.get("query").includes('["margin","revenue"]'));
  await shelf(page, "Measures").getByRole("button", { name: "Profit margin", exact: true }).focus();
  await page.keyboard.press("Delete");
  await page.waitForFunction(() => !new URL(location.href).searchParams.get("query").includes("margin"));
  await page.locator("tbody button").first().focus();
  await page.keyboard.press("Enter");
  await page.getByRole("menuitem").first().waitFor();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => new URL(location.href).searchParams.get("query").includes("where"));
});

test("nothing chosen, no rows, and a query that cannot be answered each say so", async () => {
  const page = await open(explore("retail", { measures: ["revenue"] }));
  await page.getByRole("button", { name: "Remove Revenue" }).click();
  await page.getByRole("heading", { name: "Choose what to see" }).waitFor();
  const none = {
    measures: ["revenue"],
    dimensions: ["product.category"],
    where: [{ member: "ship_to.region", op: "in", values: ["Atlantis"] }],
  };
  await page.goto(new URL(explore("retail", none), page.url()).href);
  await page.getByRole("heading", { name: "No data for this" }).waitFor();
  await page.goto(new URL(explore("retail", { measures: ["revenu"] }), page.url()).href);
  await page.getByRole("alert").getByText("did you mean 'revenue'", { exact: false }).waitFor();
});

test("axe finds nothing serious, light or dark", async () => {
  for (const scheme of ["light", "dark"]) {
    const query = {
      measures: ["revenue", "profit"],
      dimensions: ["product.category"],
      time: { grain: "year" },
      where: ["discounted"],
    };
    const page = await open(explore("retail", query), { scheme });
    await chartIsDrawn(page);
    assert.deepEqual(await seriousFindings(page), [], scheme);
  }
});
