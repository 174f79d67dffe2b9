/* What the tests share: a server on the home that run.sh made, a browser, and pages that watch what goes wrong in them. */
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { after } from "node:test";
import { chromium } from "playwright-core";

const { STARLING_BIN, STARLING_WEB_DIR, STARLING_E2E_HOME, STARLING_CHROMIUM } = process.env;
export const HOME = STARLING_E2E_HOME;
export const WAIT_MS = 30_000;

/** A running `starling serve`. Started again it has the same address. */
export class Server {
  async start() {
    const port = this.url ? new URL(this.url).port : "0";
    const args = ["serve", "--home", HOME, "--port", port];
    if (STARLING_WEB_DIR) args.push("--web-dir", STARLING_WEB_DIR);
    this.process = spawn(STARLING_BIN, args, { stdio: ["ignore", "pipe", "pipe"] });
    let said = "";
    this.process.stderr.on("data", (bytes) => {
      said += bytes;
    });
    this.url = await new Promise((resolve, reject) => {
      this.process.stdout.on("data", (bytes) => {
        said += bytes;
        const url = /^Serving (\S+)/m.exec(said)?.[1];
        if (url) resolve(url);
      });
      this.process.on("exit", (code) => reject(new Error(`the server ended with ${code}: ${said}`)));
    });
    return this;
  }

  async stop() {
    if (!this.process) return;
    const ended = once(this.process, "exit");
    this.process.kill("SIGTERM");
    await ended;
    this.process = null;
  }
}

/** A server and a browser, until `end`. */
export async function begin() {
  const server = await new Server().start();
  const browser = await chromium.launch({ executablePath: STARLING_CHROMIUM, args: ["--no-sandbox"] });
  const end = async () => {
    await browser.close();
    await server.stop();
  };
  return { server, end, open: (path, options) => openPage(browser, server.url, path, options) };
}

/** The same for the tests of one file; both end with them. */
export async function setUp() {
  const { end, ...rest } = await begin();
  after(end);
  return rest;
}

/** A page at `path`. What its console complains of is kept in `page.complaints`, how much it moved is in `shiftOf`. */
async function openPage(browser, url, path, { width = 1440, height = 900, scheme = "light", routes, ...options } = {}) {
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: scheme,
    reducedMotion: "reduce",
    permissions: ["clipboard-read", "clipboard-write"],
    ...options,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(WAIT_MS);
  page.complaints = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) page.complaints.push(message.text());
  });
  page.on("pageerror", (error) => page.complaints.push(String(error)));
  await page.addInitScript(() => {
    window.shift = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shift += entry.value;
    }).observe({ type: "layout-shift", buffered: true });
  });
  for (const [pattern, answer] of Object.entries(routes ?? {})) await page.route(pattern, answer);
  await page.goto(url + path, { waitUntil: "domcontentloaded" });
  return page;
}

export const shiftOf = (page) => page.evaluate(() => window.shift);

export function isQuiet(page) {
  assert.deepEqual(page.complaints, []);
}

/** No figure, button or text reaches beyond the page's width. */
export async function fits(page) {
  const [content, width] = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth]);
  assert.ok(content <= width, `the page is ${content} px wide, the window ${width}`);
}

export async function chartIsDrawn(page, kind) {
  const chart = page.locator(kind ? `[data-drawn="${kind}"]` : "[data-drawn]").first();
  await chart.waitFor();
  return chart;
}

const require = createRequire(import.meta.url);

/** What axe finds of serious or critical impact. */
export async function seriousFindings(page) {
  // Into the page's own world, which the content policy lets Playwright do.
  await page.evaluate(
    await import("node:fs").then((fs) => fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8")),
  );
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.target} ${node.any[0]?.message ?? ""}`).join("; ")}`);
}

export const ask = (project, ...questions) =>
  `/ask?${new URLSearchParams([["project", project], ...questions.map((q) => ["q", q])])}`;
export const explore = (project, query) => `/explore?${new URLSearchParams({ project, query: JSON.stringify(query) })}`;

const COPY_OF_A_LINE = `INSERT INTO order_product (row_id, order_id, order_date, customer_id, product_id, product_name, sales, quantity, discount, profit, shipping_cost)
  SELECT max(row_id) + 1, order_id, order_date, customer_id, product_id, product_name, sales, quantity, discount, profit, shipping_cost FROM order_product`;

/** Another process writes an order line; `figure` counts them. Milliseconds until the page shows one more. */
export async function untilShown(page, figure) {
  await figure.waitFor();
  const number = async () => Number((await figure.textContent()).replace(/\D/g, ""));
  const before = await number();
  execFileSync("sqlite3", ["-cmd", ".timeout 5000", `${HOME}/projects/retail/oltp.sqlite`, COPY_OF_A_LINE]);
  const written = Date.now();
  while ((await number()) !== before + 1) {
    assert.ok(Date.now() - written < WAIT_MS, `not within ${WAIT_MS} ms`);
    await page.waitForTimeout(10);
  }
  return Date.now() - written;
}
