// Opens every report that the unit tests have written, as a reader would: from the
// disk, offline, in light and dark, on a narrow screen, in forced colours, on paper
// and without scripts.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const here = path.dirname(fileURLToPath(import.meta.url));
const target = path.resolve(here, "../../../../target");
const pages = path.join(target, "report-pages");
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const wide = { width: 1440, height: 900 };

// What a browser can be told of its reader. What one names, the next one forgets.
const readers = {
  light: {},
  dark: { colorScheme: "dark" },
  narrow: { viewport: { width: 360, height: 800 } },
  "forced colours": { forcedColors: "active" },
  paper: { media: "print" },
};

// Looked at by eye before a release.
const pictures = process.env.REPORT_PICTURES;

let browser;

before(async () => {
  browser = await chromium.launch({ executablePath: browserProgram(), args: ["--no-sandbox"] });
});

after(() => browser?.close());

const names = readdirSync(pages).sort();
assert.ok(names.length > 0, `no pages in ${pages}: the unit tests of the report write them`);

for (const name of names) {
  describe(name, () => {
    test("can be read by everybody", () => canBeRead(name));
    test("leaves everything there without scripts", () => needsNoScript(name));
    test("asks for nothing but itself, says nothing, leads the keyboard and fits the paper", () =>
      quietly(name, async (page, seen) => {
        assert.equal(seen.requests.length, 1);
        await keyboard(page);
        const bytes = await page.pdf({ format: "A4" });
        assert.ok(bytes.length > 10_000, "the printed page is not empty");
      }));

    if (name.startsWith("held")) {
      test("leads the arrow keys from point to point of a chart, and out again", () => quietly(name, leads));
      test("can be sorted, dyed and marked, and carries the files that lie beside it", () =>
        quietly(name, async (page) => {
          await downloads(page, name);
          await sorts(page);
          await changesColours(page);
          await marks(page);
        }));
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

const address = (name) => pathToFileURL(path.join(pages, name, "report.html")).href;

async function opened(name, options, look) {
  const context = await browser.newContext({ offline: true, viewport: wide, ...options });
  try {
    const page = await context.newPage();
    const seen = { requests: [], messages: [] };
    page.on("request", (request) => seen.requests.push(request.url()));
    page.on("console", (message) => seen.messages.push(message.text()));
    page.on("pageerror", (error) => seen.messages.push(String(error)));
    await page.goto(address(name));
    return await look(page, seen);
  } finally {
    await context.close();
  }
}

function quietly(name, look) {
  return opened(name, { acceptDownloads: true }, async (page, seen) => {
    await look(page, seen);
    const asked = seen.requests.map((url) => url.replace(/#.*/, "")).filter((url) => !url.startsWith("blob:"));
    assert.deepEqual([...new Set(asked)], [address(name)], "only the page itself");
    assert.deepEqual(seen.messages, [], "neither an error nor a refusal of the page's own policy");
  });
}

// The judge is a script of ours, which the page's policy would refuse. It comes once,
// and the page is shown to one reader after the other.
function canBeRead(name) {
  return opened(name, { bypassCSP: true }, async (page) => {
    await page.evaluate(axe);
    for (const [reader, { viewport, ...media }] of Object.entries(readers)) {
      await page.setViewportSize(viewport ?? wide);
      await page.emulateMedia({ media: "screen", colorScheme: "light", forcedColors: "none", ...media });
      const beyond = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      assert.equal(beyond, 0, `${reader}: the page itself never scrolls sideways`);
      const result = await page.evaluate(
        (values) => globalThis.axe.run({ runOnly: values, resultTypes: ["violations"] }), rules,
      );
      const found = result.violations.map(({ id, nodes }) => `${id}: ${nodes[0].html.slice(0, 200)}`);
      assert.deepEqual(found, [], reader);
      await picture(page, `${name}-${reader}`);
    }
  });
}

async function picture(page, name) {
  if (!pictures) return;
  mkdirSync(pictures, { recursive: true });
  await page.screenshot({ path: path.join(pictures, `${name}.png`), fullPage: true });
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

// From the skip link through everything that can be used, in the order of the page.
async function keyboard(page) {
  await page.keyboard.press("Tab");
  const first = await page.evaluate(() => document.activeElement.className);
  assert.equal(first, "skip", "the skip link comes first");
  const unreachable = await page.evaluate(
    () => [...document.querySelectorAll(".scroll, pre")].filter((box) => box.tabIndex !== 0).length,
  );
  assert.equal(unreachable, 0);
  for (let step = 0; step < 40; step += 1) {
    await page.evaluate(() => (globalThis.lastFocused = document.activeElement));
    await page.keyboard.press("Tab");
    const follows = await page.evaluate(() => {
      const [last, now] = [globalThis.lastFocused, document.activeElement];
      const isAtEnd = now === document.body || now === document.documentElement || now.className === "skip";
      return isAtEnd || Boolean(last.compareDocumentPosition(now) & Node.DOCUMENT_POSITION_FOLLOWING);
    });
    assert.ok(follows, `step ${step} of the keyboard goes back`);
  }
}

// Along a line, to the next one at the same load, and out; what is there is told.
async function leads(page) {
  const stop = page.locator('section[aria-labelledby$="-c2"] svg [tabindex="0"]');
  if ((await stop.count()) === 0) return;
  await stop.focus();
  const told = async () => {
    assert.equal(await stop.count(), 1, "a chart is one stop of the Tab key");
    assert.ok(await stop.evaluate((point) => point === document.activeElement));
    return page.locator(".told").textContent();
  };
  const after = async (key) => {
    await page.keyboard.press(key);
    return told();
  };
  const first = await told();
  const load = /, (\d+ VUs): /;
  assert.match(first, load);
  const next = await after("ArrowRight");
  assert.notEqual(next.match(load)[1], first.match(load)[1], "along the line");
  assert.equal(await after("Home"), first);
  const below = await after("ArrowDown");
  assert.ok(below !== first && below.match(load)[1] === first.match(load)[1], "another API at the same load");
  assert.equal(await after("ArrowUp"), first);
  await page.keyboard.press("Escape");
  assert.equal(await page.evaluate(() => document.activeElement.className), "scroll");
  assert.equal(await page.locator(".told").textContent(), "");
}

async function downloads(page, name) {
  for (const file of ["report.csv", "report.json"]) {
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.click(`button[data-name="${file}"]`),
    ]);
    const given = readFileSync(await download.path());
    assert.ok(given.equals(readFileSync(path.join(pages, name, file))), `${file} is another one`);
  }
}

// By name, both ways, by the keyboard.
async function sorts(page) {
  const apis = () => page.locator(".ranking tbody th").allTextContents();
  const head = page.locator(".ranking thead th").nth(1);
  const asMade = await apis();
  if (asMade.length < 2) return;
  const sorted = asMade.toSorted((one, other) => one.localeCompare(other, "en", { numeric: true }));
  await head.locator("button").press("Enter");
  assert.deepEqual([await head.getAttribute("aria-sort"), await apis()], ["ascending", sorted]);
  await head.locator("button").press("Enter");
  assert.deepEqual([await head.getAttribute("aria-sort"), await apis()], ["descending", sorted.toReversed()]);
  const memory = page.locator(".ranking thead th").nth(9).locator("button");
  await memory.click();
  assert.equal(await page.locator(".ranking [aria-sort]").count(), 1, "one column decides the order");
  assert.match(page.url(), /sort=\d+\.9\.ascending/);
}

async function changesColours(page) {
  const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await paper();
  await page.getByRole("button", { name: "Dark" }).click();
  assert.notEqual(await paper(), light);
  assert.equal(await page.getByRole("button", { name: "Auto" }).getAttribute("aria-pressed"), "false");
}

// What was chosen stands behind the #, and a page that is opened with it shows it.
async function marks(page) {
  const chips = page.locator("button[data-api]");
  if ((await chips.count()) < 2) return;
  await chips.first().click();
  const api = await chips.first().getAttribute("data-api");
  const shown = async () => [
    await page.evaluate(() => document.documentElement.dataset.theme),
    await chips.first().getAttribute("aria-pressed"),
    await page.locator("tr.lit th").first().textContent(),
    (await page.locator("svg .dim").count()) > 0 || (await page.locator("svg .s0").count()) === 0,
  ];
  const chosen = await shown();
  assert.deepEqual(chosen.slice(0, 2), ["dark", "true"]);
  assert.ok(chosen[2].includes(api) && chosen[3]);
  await page.reload();
  assert.deepEqual(await shown(), chosen, "a link shows what its sender saw");
  await chips.first().click();
  assert.equal(await page.locator(".lit, .dim").count(), 0);
}
