/* What 85_page.sh measures in the browser. The medians of RUNS. */
import { ask, begin, untilShown } from "../tests/e2e/browser.mjs";

const RUNS = Number(process.env.RUNS ?? 5);
const { open, end } = await begin();
const median = (figures) => figures.sort((a, b) => a - b)[Math.floor(figures.length / 2)];
const print = (name, figures, goal) =>
  console.log(`${name.padEnd(48)}${median(figures).toFixed(0).padStart(5)} ms   goal < ${goal}`);

async function readyAfter(path) {
  const page = await open(path);
  await page.getByRole("combobox", { name: "Ask a question" }).waitFor();
  const took = await page.evaluate(() => performance.now());
  await page.context().close();
  return took;
}

try {
  for (const [name, path] of [
    ["Home, until the question box takes typing", "/?project=retail"],
    ["Ask, until the question box takes typing", "/ask?project=retail"],
  ]) {
    await readyAfter(path); // the browser is warm
    const took = [];
    for (let i = 0; i < RUNS; i++) took.push(await readyAfter(path));
    print(name, took, 1000);
  }
  const page = await open(ask("retail", "how many order lines"));
  const took = [];
  for (let i = 0; i < RUNS; i++) took.push(await untilShown(page, page.locator("article dd").first()));
  print("a row of another process, until the page shows it", took, 1000);
} finally {
  await end();
}
