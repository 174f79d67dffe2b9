import assert from "node:assert/strict";
import http from "node:http";
import { after, test } from "node:test";
import { begin, explore, isQuiet, shiftOf } from "./browser.mjs";

const HELD_AFTER = 20_000; // bytes of an answer, with some hundreds of rows in them

/** A way to the server on which answers to `held.path` stop after their first bytes, until `held.letGo()`. */
async function holdingBack(target) {
  const held = { path: null, nLeft: 0 };
  let gates = [];
  held.letGo = () => {
    for (const open of gates) open();
    gates = [];
  };
  const proxy = http.createServer((request, response) => {
    const headers = { ...request.headers, host: new URL(target).host };
    delete headers["accept-encoding"]; // bytes are counted
    if (headers.origin) headers.origin = target;
    const forward = async (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      let n = 0;
      for await (const bytes of answer) {
        const room = Math.max(0, HELD_AFTER - n);
        n += bytes.length;
        if (request.url !== held.path || n <= HELD_AFTER) {
          response.write(bytes);
          continue;
        }
        if (room > 0) response.write(bytes.subarray(0, room));
        if (held.path) await new Promise((open) => gates.push(open));
        response.write(bytes.subarray(room));
      }
      response.end();
    };
    const asked = http.request(target + request.url, { method: request.method, headers }, (answer) =>
      forward(answer).catch(() => response.destroy()),
    );
    response.on("close", () => {
      if (!response.writableFinished && request.url === held.path) held.nLeft++;
      asked.destroy();
    });
    asked.on("error", () => response.destroy());
    request.pipe(asked);
  });
  await new Promise((listening) => proxy.listen(0, "127.0.0.1", listening));
  return { held, url: `http://127.0.0.1:${proxy.address().port}`, close: () => proxy.close().closeAllConnections() };
}

const { server, end, open } = await begin();
const way = await holdingBack(server.url);
after(async () => {
  way.held.letGo();
  way.close();
  await end();
});

const many = { measures: ["revenue"], dimensions: ["order_id"] };
const bodyRows = (page) => page.locator("tbody tr");

async function openHeld(path, held) {
  const page = await open("/nowhere?project=retail");
  way.held.path = held;
  await page.goto(way.url + path, { waitUntil: "domcontentloaded" });
  return page;
}

test("rows are there before the result is", async () => {
  const page = await openHeld(explore("retail", many), "/api/v1/query");
  await page.getByText(/rows so far/).waitFor();
  await bodyRows(page).first().waitFor();
  assert.equal(await page.getByRole("button", { name: "Explain" }).count(), 1);
  way.held.path = null;
  way.held.letGo();
  await page.getByText(/rows so far/).waitFor({ state: "detached" });
  await page.getByText("Total", { exact: true }).waitFor();
  assert.ok((await shiftOf(page)) < 0.02);
  isQuiet(page);
});

test("what is coming can be cancelled: the rows so far stay, and the server's work ends", async () => {
  const page = await openHeld(explore("retail", many), "/api/v1/query");
  await page.getByText(/rows so far/).waitFor();
  const before = way.held.nLeft;
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.getByText(/Stopped after/).waitFor();
  assert.ok((await bodyRows(page).count()) > 0);
  while (way.held.nLeft === before) await page.waitForTimeout(10);
  way.held.path = null;
  way.held.letGo();
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByText("Total", { exact: true }).waitFor();
});

test("the answer to a question shows its rows before its sentence", async () => {
  const page = await openHeld("/ask?project=retail&q=revenue+by+order+id", "/api/v1/ask");
  await page.getByText(/rows so far/).waitFor();
  await bodyRows(page).first().waitFor();
  assert.equal(await page.getByRole("button", { name: "How it was read" }).count(), 0);
  way.held.path = null;
  way.held.letGo();
  await page.getByText(/rows so far/).waitFor({ state: "detached" });
});

test("more rows than are shown at first: how many are left, and more of them when asked", async () => {
  const page = await open(explore("retail", { rows: ["order_id", "order_line.sales"] }));
  await page.getByText(/These are the first 10,000 rows; [\d,]+ more are left/).waitFor();
  await page.getByRole("button", { name: "Show more" }).click();
  await page.getByText("These are the first 10,000 rows", { exact: false }).waitFor({ state: "detached" });
  await page.getByText(/1–25 of [1-5]\d,\d{3}/).waitFor();
  const groups = await open(explore("retail", many));
  await groups.getByText(/These are the first 10,000 rows; [\d,]+ more are left/).waitFor();
  isQuiet(groups);
});
