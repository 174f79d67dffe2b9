import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { ask, chartIsDrawn, isQuiet, seriousFindings, setUp, shiftOf } from "./browser.mjs";

const { open } = await setUp();
const box = (page) => page.getByRole("combobox", { name: /^Ask a/ });

test("a question, its chart, a follow-up, and the table as a file", async () => {
  const page = await open("/ask?project=retail");
  await page.getByRole("heading", { name: "What would you like to know?" }).waitFor();
  await page.getByRole("button", { name: "How did each region do?" }).first().waitFor(); // the pack's example
  await box(page).fill("revenue by region in 2013");
  await page.keyboard.press("Enter");
  await page.getByText("regions in 2013", { exact: false }).first().waitFor();
  await page.getByText("Revenue by region in 2013").first().waitFor(); // as it was read
  await chartIsDrawn(page);

  await page.getByText("Bar chart", { exact: true }).click({ force: true });
  await chartIsDrawn(page, "bar");

  await box(page).fill("by month");
  await page.keyboard.press("Enter");
  await page.getByText("Revenue by region and by month in 2013").first().waitFor();
  assert.equal(await page.getByRole("article").count(), 2);

  const second = page.getByRole("article").nth(1);
  const coming = page.waitForEvent("download");
  await second.getByRole("button", { name: "CSV" }).click();
  const file = await coming;
  assert.match(file.suggestedFilename(), /^Revenue by region and by month in 2013\.csv$/);
  const lines = (await readFile(await file.path(), "utf8")).trim().split(/\r?\n/);
  assert.match(lines[0], /revenue/);
  assert.ok(lines.length > 100, `${lines.length} lines`);
  isQuiet(page);
});

test("the address holds the conversation; Back takes the last question away", async () => {
  const page = await open(ask("retail", "revenue by segment", "in 2013"));
  await page.getByText("Revenue by segment in 2013").first().waitFor();
  assert.ok((await shiftOf(page)) < 0.02, `moved by ${await shiftOf(page)}`);
  await box(page).fill("by year");
  await page.keyboard.press("Enter");
  await page.getByRole("article").nth(2).getByText("Read as").waitFor();
  await page.getByRole("article").nth(2).getByRole("button", { name: "Copy link" }).click();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  assert.deepEqual(new URL(copied).searchParams.getAll("q"), ["revenue by segment", "in 2013", "by year"]);
  await page.goBack();
  await page.waitForFunction(() => document.querySelectorAll("article").length === 2);
});

test("an unclear question is asked back, and the choice answers it", async () => {
  const page = await open(ask("retail", "what's our best product?"));
  await page.getByText("Which did you mean?", { exact: false }).waitFor();
  const readings = page.getByRole("group").getByRole("button");
  assert.ok((await readings.count()) >= 2);
  const other = readings.nth(1);
  const reading = await other.textContent();
  await other.click();
  await page.getByText("Read as").getByText(reading).waitFor();
  assert.equal(await other.getAttribute("aria-pressed"), "true");
  assert.equal(new URL(page.url()).searchParams.get("pick"), `0:${reading}`);
  // What follows goes on from the choice.
  await box(page).fill("in 2013");
  await page.keyboard.press("Enter");
  await page.getByRole("article").nth(1).getByText("Read as").getByText(`${reading} in 2013`).waitFor();
  isQuiet(page);
});

test("what is not known is declined with the word, and with questions that work", async () => {
  const page = await open(ask("retail", "revenue by zodiac sign"));
  await page.getByText("zodiac", { exact: false }).nth(1).waitFor();
  await page.getByText("You could ask instead").waitFor();
  await page.getByRole("article").getByRole("button", { name: "How did each region do?" }).click();
  await page.getByText("Read as").waitFor();
  assert.equal(new URL(page.url()).searchParams.get("q"), "How did each region do?");
});

test("SQL, how it was read, a verdict", async () => {
  const page = await open(ask("retail", "monthly revenue in 2014"));
  await chartIsDrawn(page, "line");
  await page.getByRole("button", { name: "SQL" }).click();
  await page
    .getByRole("region", { name: "SQL" })
    .getByText(/SELECT[\s\S]+\nFROM/)
    .waitFor();
  await page.getByRole("button", { name: "How it was read" }).click();
  await page.getByText("Confidence").waitFor();
  await page.getByText("Semantic query").waitFor();
  const thumb = page.getByRole("button", { name: "This answer is right" });
  await thumb.click();
  await page.getByText("kept with the question", { exact: false }).waitFor({ state: "attached" });
  assert.equal(await thumb.getAttribute("aria-pressed"), "true");
  // What was asked is suggested afterwards.
  await page.getByRole("button", { name: "New question" }).click();
  await page.getByRole("heading", { name: "Asked before" }).waitFor();
  await page.getByRole("button", { name: "monthly revenue in 2014" }).waitFor();
  isQuiet(page);
});

test("the table is sorted by any column and turned page by page", async () => {
  const page = await open(ask("retail", "revenue by state"));
  const cell = page.locator("tbody tr:first-child td").first();
  await cell.waitFor();
  const first = await cell.textContent();
  await page.getByRole("button", { name: "State", exact: true }).click();
  await page.locator('th[aria-sort="ascending"]').waitFor();
  assert.notEqual(await cell.textContent(), first);
  await page.getByRole("button", { name: "Next page" }).click();
  await page.getByText(/^26–50 of/).waitFor();
  assert.equal(
    await page
      .locator("tbody td")
      .nth(1)
      .evaluate((td) => getComputedStyle(td).textAlign),
    "right",
  );
});

test("a question that takes long can be cancelled and asked again", async () => {
  let isSlow = true;
  const page = await open(ask("retail", "revenue by market"), {
    routes: { "**/api/v1/ask": (route) => (isSlow ? undefined : route.continue()) },
  });
  await page.getByText("Looking it up", { exact: false }).waitFor();
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.getByText("cancelled before it was answered", { exact: false }).waitFor();
  isSlow = false;
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByText("Revenue by market").first().waitFor();
});

test("axe finds nothing serious, light or dark", async () => {
  for (const scheme of ["light", "dark"]) {
    const page = await open(ask("retail", "what's our best product?", "in 2013"), { scheme });
    await page.getByRole("article").nth(1).getByText("Read as").waitFor();
    assert.deepEqual(await seriousFindings(page), [], scheme);
    await page.goto(new URL("/ask?project=retail", page.url()).href);
    await page.getByRole("heading", { name: "What would you like to know?" }).waitFor();
    assert.deepEqual(await seriousFindings(page), [], `${scheme}, empty`);
  }
});
