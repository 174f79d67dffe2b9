/* Each page's states besides the usual one. Where the server cannot be brought to it, its answer is made up. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ask, explore, fits, seriousFindings, setUp } from "./browser.mjs";

const { open } = await setUp();
const PAGES = {
  home: "/?project=retail",
  ask: ask("retail", "revenue by region"),
  explore: explore("retail", { measures: ["revenue"] }),
};
const never = () => undefined;
const gone = (route) => route.abort("connectionrefused");
const failing = (route) =>
  route.fulfill({
    status: 500,
    contentType: "application/problem+json",
    body: JSON.stringify({
      type: "/docs",
      title: "t",
      status: 500,
      code: "internal",
      detail: "the disk is full; free some space",
      request_id: "ab12",
    }),
  });

for (const [name, path] of Object.entries(PAGES)) {
  const work = name === "ask" ? "**/api/v1/ask" : "**/api/v1/query";

  test(`${name}: loading`, async () => {
    const page = await open(path, { routes: { [work]: never } });
    await page.locator("main [aria-busy=true]").first().waitFor();
    assert.deepEqual(await seriousFindings(page), []);
  });

  test(`${name}: error, with the server's words and a way to try again`, async () => {
    let isFailing = true;
    const page = await open(path, { routes: { [work]: (route) => (isFailing ? failing(route) : route.continue()) } });
    await page.getByText("the disk is full; free some space").first().waitFor();
    assert.deepEqual(await seriousFindings(page), []);
    isFailing = false;
    await page.getByRole("button", { name: "Try again" }).first().click();
    await page.getByText("the disk is full; free some space").first().waitFor({ state: "hidden" });
  });

  test(`${name}: server gone`, async () => {
    const page = await open(path, { routes: { "**/api/v1/**": gone } });
    await page.getByRole("heading", { name: "The server does not answer" }).waitFor();
    assert.deepEqual(await seriousFindings(page), []);
  });
}

test("ask: a server that is busy is asked again after the time it names", async () => {
  let times = 0;
  const page = await open(PAGES.ask, {
    routes: {
      "**/api/v1/ask": (route) => {
        if (++times > 2) return route.continue();
        return route.fulfill({
          status: 503,
          headers: { "Retry-After": "1" },
          contentType: "application/problem+json",
          body: JSON.stringify({
            type: "/docs",
            title: "t",
            status: 503,
            code: "busy",
            detail: "later",
            request_id: "1",
          }),
        });
      },
    },
  });
  await page.getByText("Read as").waitFor();
  assert.equal(times, 3);
});

test("an error's long words stay on a phone's page", async () => {
  const path = `/srv/${"a-folder-with-a-long-name".repeat(6)}`;
  const page = await open(PAGES.ask, {
    width: 390,
    routes: {
      "**/api/v1/ask": (route) =>
        route.fulfill({
          status: 404,
          contentType: "application/problem+json",
          body: JSON.stringify({
            type: "/docs",
            title: "t",
            status: 404,
            code: "not_found",
            detail: path,
            request_id: "1",
          }),
        }),
    },
  });
  await page.getByText(path).waitFor();
  await fits(page);
});

test("home: no data yet", async () => {
  const page = await open("/?project=empty");
  await page.getByRole("heading", { name: "No data yet" }).waitFor();
  await page.getByRole("button", { name: "Sync now" }).waitFor();
});

test("ask: no rows", async () => {
  const page = await open(PAGES.ask, {
    routes: {
      "**/api/v1/ask": async (route) => {
        const response = await route.fetch();
        const answer = { ...(await response.json()), rows: [], answer: "No rows.", chart: null };
        return route.fulfill({ response, json: answer });
      },
    },
  });
  await page.getByRole("heading", { name: "No data for this" }).waitFor();
});

test("explore: no data in the project", async () => {
  const page = await open(explore("empty", { measures: ["revenue"], dimensions: ["country"] }));
  await page.getByRole("heading", { name: "No data for this" }).waitFor();
});

test("home: a project that is not in step says why", async () => {
  const page = await open(PAGES.home, {
    routes: {
      "**/api/v1/status": async (route) => {
        const response = await route.fetch();
        const status = await response.json();
        for (const one of status.projects) one.problem = "the table shop.orders lost its column date";
        return route.fulfill({ response, json: status });
      },
    },
  });
  await page.getByText("Not in step with its sources").waitFor();
  await page.getByText("lost its column date", { exact: false }).first().waitFor();
  assert.deepEqual(await seriousFindings(page), []);
});

test("no project: says how to make one", async () => {
  const page = await open("/", {
    routes: { "**/api/v1/status": (route) => route.fulfill({ json: { home: "/h", projects: [] } }) },
  });
  await page.getByRole("heading", { name: "No project yet" }).waitFor();
});

test("no such page, no such project", async () => {
  const page = await open("/nowhere?project=retail");
  await page.getByRole("heading", { name: "No such page" }).waitFor();
  const other = await open("/?project=nobody");
  await other.getByRole("alert").waitFor();
});
