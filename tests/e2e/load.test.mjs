/* What the page costs until a question can be typed: bytes over the wire. The time: bench/85_page.sh. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { setUp } from "./browser.mjs";

const MAX_BYTES = 300_000;

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
  });
}
