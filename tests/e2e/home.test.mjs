import assert from "node:assert/strict";
import { test } from "node:test";
import { ask, chartIsDrawn, fits, isQuiet, seriousFindings, setUp, shiftOf, untilShown } from "./browser.mjs";

const { server, open } = await setUp();
const tile = (page, name) => page.getByRole("button", { name: new RegExp(`^${name}`) }).first();

test("tiles, trend, lists and the data's state are there; the page does not move while it loads", async () => {
  const page = await open("/?project=retail");
  await page.getByRole("heading", { name: "Shop chain" }).waitFor();
  await chartIsDrawn(page, "line");
  assert.match(await tile(page, "Revenue").textContent(), /\$[\d.]+M/);
  await page
    .getByRole("listitem")
    .filter({ has: page.getByRole("button") })
    .nth(6)
    .waitFor();
  await page.getByText(/rows, newest change/).waitFor();
  assert.ok((await shiftOf(page)) < 0.02, `moved by ${await shiftOf(page)}`);
  await tile(page, "Profit").click();
  await page.getByRole("heading", { name: "Profit by region" }).waitFor();
  isQuiet(page);
});

test("the pack says what the page shows: tiles, what is chosen, lists, period, numbers, logo", async () => {
  const page = await open("/?project=own");
  await chartIsDrawn(page, "line");
  const tiles = page.locator("[aria-pressed]");
  assert.deepEqual(await tiles.locator("span:first-child").allTextContents(), ["Units", "Orders", "Cancellation rate"]);
  assert.equal(
    await page
      .locator('[aria-pressed="true"]')
      .textContent()
      .then((text) => /^Orders3/.test(text)),
    true,
  );
  assert.match(await tile(page, "Units").textContent(), /^Units3\.585/); // in German
  await page.getByRole("heading", { name: "Orders", exact: true }).waitFor();
  await page.getByText(/^5\. Juli 2011 to 30\. September 2011/).waitFor();
  assert.deepEqual(await page.getByRole("radio").evaluateAll((all) => all.map((one) => one.value)), [
    "last 3 months",
    "past 30 days",
    "past 13 weeks",
    "past 12 months",
    "all",
  ]);
  const list = page.getByRole("region", { name: "Revenue by country, lowest first" });
  assert.match(await list.getByRole("listitem").first().textContent(), /Spain/);
  const logo = page.getByRole("img", { name: "Gift shop" });
  await logo.waitFor();
  assert.ok(await logo.evaluate((image) => image.naturalWidth > 0));
  isQuiet(page);
});

test("a change is good or bad as the pack says, and else just a change", async () => {
  const page = await open("/?project=retail");
  const toneOf = (name) => tile(page, name).locator("p > span > span").getAttribute("data-tone");
  await chartIsDrawn(page, "line");
  assert.equal(await toneOf("Revenue"), "good"); // it grew, and so did what is paid for it
  assert.equal(await toneOf("Shipping cost"), "bad");
});

test("each source: how much it holds, how old, and how its last run went", async () => {
  const page = await open("/?project=retail");
  const data = page.getByRole("region", { name: "Data" });
  await data.getByText("shop", { exact: true }).waitFor();
  await data.getByText(/^[\d,]+ rows, newest change/).waitFor();
  await data.getByText(/^Sync .*, took/).waitFor();
});

test("a mark leads to Explore", async () => {
  const page = await open("/?project=retail");
  const list = page.getByRole("region", { name: "Revenue by region" });
  const first = list.getByRole("button").first();
  await first.click();
  await page.waitForURL(/\/explore/);
  const query = JSON.parse(new URL(page.url()).searchParams.get("query"));
  assert.equal(query.where[0].member, "ship_to.region");
  assert.deepEqual(query.dimensions, ["ship_to.country"]);
  await page.getByRole("columnheader", { name: "Country" }).waitFor();
  await page.goBack();
  const chart = await chartIsDrawn(page, "line");
  const { x, y, width, height } = await chart.boundingBox();
  await page.mouse.click(x + width / 2, y + height / 2);
  await page.waitForURL(/\/explore/);
  assert.match(JSON.parse(new URL(page.url()).searchParams.get("query")).time.range, /^\d{4}-\d\d$/);
  await page.locator("tbody tr").first().waitFor();
  isQuiet(page);
});

test("sync now: its progress, and the run in the list", async () => {
  const page = await open("/?project=retail");
  await page.getByRole("button", { name: "Sync now" }).click();
  await page.getByText("in step with its sources", { exact: false }).waitFor();
  isQuiet(page);
});

test("while it runs the button turns, within itself, and less motion changes nothing in that", async () => {
  const page = await open("/?project=retail", { routes: { "**/api/v1/sync": () => undefined } });
  const button = page.getByRole("region", { name: "Data" }).getByRole("button");
  await button.click();
  await page.locator("button[data-loading]").waitFor();
  const [outer, loader] = await Promise.all([
    button.boundingBox(),
    button.locator("> [aria-hidden]:first-child").boundingBox(),
  ]);
  assert.ok(Math.abs(outer.y + outer.height / 2 - (loader.y + loader.height / 2)) < 2);
  assert.ok(Math.abs(outer.x + outer.width / 2 - (loader.x + loader.width / 2)) < 2);
});

test("a row that another process writes comes onto the page by itself", async () => {
  const page = await open(ask("retail", "how many order lines"));
  await untilShown(page, page.locator("article dd").first());
});

test("the server stops: the page says so, keeps what it shows, and goes on when it is back", async () => {
  const page = await open("/?project=retail");
  await chartIsDrawn(page, "line");
  await server.stop();
  await page.getByText("This page reconnects by itself", { exact: false }).waitFor();
  assert.match(await tile(page, "Revenue").textContent(), /\$[\d.]+M/);
  await page.getByRole("link", { name: "Explore" }).first().click();
  await page.getByRole("heading", { name: "The server does not answer" }).waitFor();
  await server.start();
  await page.getByText("This page reconnects by itself", { exact: false }).first().waitFor({ state: "hidden" });
  await page.locator("tbody tr").first().waitFor();
});

test("at 390 px everything fits, and the pages are reached from the foot", async () => {
  const page = await open("/?project=retail", { width: 390, height: 844, hasTouch: true });
  await chartIsDrawn(page, "line");
  assert.equal(await page.evaluate(() => getComputedStyle(document.documentElement).fontSize), "16px"); // the person's own
  await fits(page);
  assert.ok((await shiftOf(page)) < 0.02, `moved by ${await shiftOf(page)}`);
  await page.getByRole("link", { name: "Ask" }).tap();
  await page.getByRole("combobox", { name: "Ask a question" }).fill("revenue by region and year");
  await page.keyboard.press("Enter");
  await page.getByText("Read as").waitFor();
  await fits(page);
  await page.getByRole("navigation").getByRole("link", { name: "Explore" }).tap();
  await page.getByRole("button", { name: "Add fields" }).tap();
  await page.getByRole("dialog").getByRole("button", { name: "Profit", exact: true }).tap();
  await page.keyboard.press("Escape");
  await page.getByRole("columnheader", { name: "Profit" }).waitFor();
  await fits(page);
  assert.deepEqual(await seriousFindings(page), []);
});

test("by keyboard alone: skip to the content, ask", async () => {
  const page = await open("/?project=retail");
  await chartIsDrawn(page, "line");
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "Skip to content");
  await page.keyboard.press("Enter");
  for (
    let i = 0;
    i < 10 && (await page.evaluate(() => document.activeElement.getAttribute("placeholder"))) !== "Ask a question";
    i++
  )
    await page.keyboard.press("Tab");
  await page.keyboard.type("orders by segment");
  await page.keyboard.press("Enter");
  await page.getByText("Orders by segment").first().waitFor();
  await page.goBack();
  await page.getByRole("heading", { name: "Shop chain" }).waitFor();
});

test("the scheme is switched and kept", async () => {
  const page = await open("/?project=retail");
  await page.getByRole("button", { name: "Dark colours" }).click();
  await page.waitForFunction(() => document.documentElement.dataset.mantineColorScheme === "dark");
  await page.reload();
  await page.getByRole("button", { name: "Light colours" }).waitFor();
  isQuiet(page);
});

test("axe finds nothing serious, light or dark", async () => {
  for (const scheme of ["light", "dark"]) {
    const page = await open("/?project=retail", { scheme });
    await chartIsDrawn(page, "line");
    assert.deepEqual(await seriousFindings(page), [], scheme);
  }
});
