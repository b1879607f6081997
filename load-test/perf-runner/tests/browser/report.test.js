// Opens every report that the unit tests have written, as a reader would: from the
// disk, offline, in light and dark, on a narrow screen, in forced colours, on paper
// and without scripts.
import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const here = path.dirname(fileURLToPath(import.meta.url));
const pages = path.resolve(here, "../../../../target/report-pages");
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

// What a browser can be told of its reader.
const readers = {
  light: { colorScheme: "light" },
  dark: { colorScheme: "dark" },
  narrow: { viewport: { width: 360, height: 800 } },
  "forced colours": { forcedColors: "active" },
};

// Every element of these is judged for every reader; of the others for one, since they
// are made of the same parts.
const thorough = ["held", "held_hostile", "normal", "one_failed"];

// So many rows that a judgement of every element would take minutes.
const tooLargeToJudge = ["held_fifty"];

let browser;

before(async () => {
  browser = await chromium.launch({ executablePath: browserProgram(), args: ["--no-sandbox"] });
});

after(() => browser?.close());

const names = readdirSync(pages).sort();
assert.ok(names.length > 0, `no pages in ${pages}: the unit tests of the report write them`);

for (const name of names) {
  describe(name, () => {
    test("asks for nothing but itself and says nothing", () => quietly(name, {}, async () => {}));

    for (const [reader, options] of Object.entries(readers)) {
      if (reader !== "narrow" && !thorough.includes(name)) continue;
      test(`can be read: ${reader}`, () => canBeRead(name, options));
    }

    if (thorough.includes(name)) {
      test("fits the paper", () =>
        opened(name, {}, async (page) => {
          const bytes = await page.pdf({ format: "A4" });
          assert.ok(bytes.length > 10_000, "the printed page is not empty");
        }));
    }

    test("leaves everything there without scripts", () => needsNoScript(name));
    test("leads the keyboard from the skip link to everything that scrolls", () => keyboard(name));

    if (name.startsWith("held")) {
      test("carries the files that lie beside it", () => downloads(name));
    }
  });
}

// Debian's, or what CHROMIUM names.
function browserProgram() {
  const folders = (process.env.PATH ?? "").split(path.delimiter);
  const inPath = (program) => folders.map((folder) => path.join(folder, program)).find(existsSync);
  const found = process.env.CHROMIUM ?? inPath("chromium") ?? inPath("chromium-browser");
  assert.ok(found, "no chromium on PATH: apt-get install chromium, or name one with CHROMIUM");
  return found;
}

async function opened(name, options, look) {
  const context = await browser.newContext({ offline: true, ...options });
  try {
    const page = await context.newPage();
    const seen = { requests: [], messages: [] };
    page.on("request", (request) => seen.requests.push(request.url()));
    page.on("console", (message) => seen.messages.push(message.text()));
    page.on("pageerror", (error) => seen.messages.push(String(error)));
    await page.goto(pathToFileURL(path.join(pages, name, "report.html")).href);
    return await look(page, seen);
  } finally {
    await context.close();
  }
}

function quietly(name, options, look) {
  return opened(name, options, async (page, seen) => {
    await look(page);
    assert.equal(seen.requests.length, 1, `only the page itself: ${seen.requests}`);
    assert.deepEqual(seen.messages, [], "neither an error nor a refusal of the page's own policy");
  });
}

// The judge is a script of ours, which the page's policy would refuse.
function canBeRead(name, options) {
  return opened(name, { bypassCSP: true, ...options }, async (page) => {
    const beyond = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    assert.equal(beyond, 0, "the page itself never scrolls sideways");
    if (tooLargeToJudge.includes(name)) return;
    await page.evaluate(axe);
    const result = await page.evaluate((values) => globalThis.axe.run({ runOnly: values }), rules);
    const found = result.violations.map(({ id, nodes }) => `${id}: ${nodes[0].html.slice(0, 200)}`);
    assert.deepEqual(found, []);
  });
}

async function needsNoScript(name) {
  const count = (page) =>
    Promise.all(["svg", "table", "details"].map((what) => page.locator(what).count()));
  const withScript = await opened(name, {}, count);
  const without = await opened(name, { javaScriptEnabled: false }, async (page) => {
    assert.equal(await page.locator("button:visible").count(), 0, "no button that does nothing");
    return count(page);
  });
  assert.deepEqual(without, withScript);
}

function keyboard(name) {
  return opened(name, {}, async (page) => {
    await page.keyboard.press("Tab");
    const first = await page.evaluate(() => document.activeElement.className);
    assert.equal(first, "skip", "the skip link comes first");
    const unreachable = await page.evaluate(() =>
      [...document.querySelectorAll(".scroll, pre")].filter((box) => box.tabIndex !== 0).length,
    );
    assert.equal(unreachable, 0);
  });
}

function downloads(name) {
  return quietly(name, { acceptDownloads: true }, async (page) => {
    for (const file of ["report.csv", "report.json"]) {
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        page.click(`button[data-name="${file}"]`),
      ]);
      const given = readFileSync(await download.path());
      assert.ok(given.equals(readFileSync(path.join(pages, name, file))), `${file} is another one`);
    }
  });
}
