/* What the page costs until a question can be typed: bytes over the wire and time. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { setUp } from "./browser.mjs";

const MAX_BYTES = 300_000;
/* The goal, 1,000 ms, is printed beside and decides nothing: the machine may be slow. */
const MAX_MS = Number(process.env.STARLING_E2E_READY_MS ?? 30000);
const GOAL_MS = 1000;

const { open } = await setUp();

for (const path of ["/?project=retail", "/ask?project=retail"]) {
  test(`${path}: under ${MAX_BYTES / 1000} kB until the question box takes typing`, async () => {
    const sizes = new Map();
    const page = await open("/nowhere?project=retail"); // the browser itself is warm
    await page.close();
    const fresh = await open(path, {
      routes: {
        "**/assets/**": async (route) => {
          const response = await route.fetch();
          const body = await response.body();
          sizes.set(
            new URL(route.request().url()).pathname,
            /\.(js|css)$/.test(route.request().url()) ? gzipSync(body, { level: 9 }).length : body.length,
          );
          return route.fulfill({ response, body });
        },
      },
    });
    const box = fresh.getByRole("combobox", { name: "Ask a question" });
    await box.waitFor();
    const before = [...sizes].filter(([name]) => !name.includes("echarts")).reduce((sum, [, size]) => sum + size, 0);
    await box.fill("revenue");
    assert.equal(await box.inputValue(), "revenue");
    console.log(`${(before / 1000).toFixed(0)} kB`);
    assert.ok(before < MAX_BYTES, `${before} bytes: ${JSON.stringify([...sizes])}`);
    await fresh.close();

    let best = Number.POSITIVE_INFINITY; // of a few, for the machine may be busy
    for (let i = 0; i < 5 && best >= GOAL_MS; i++) {
      const timed = await open(path);
      await timed.getByRole("combobox", { name: "Ask a question" }).waitFor();
      best = Math.min(best, await timed.evaluate(() => performance.now()));
      await timed.close();
    }
    console.log(`${best.toFixed(0)} ms, goal < ${GOAL_MS}`);
    assert.ok(best < MAX_MS, `${best} ms`);
  });
}
