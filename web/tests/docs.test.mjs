/** The documentation at `/docs`: search, requests to try, code to copy, and how it reads without its script. */

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, request as forward } from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { eventually, needed, openBrowser, PHONE, picture, visit, WIDE } from "./browser.mjs";

const run = promisify(execFile);
const hivebox = needed("HIVEBOX_TEST_URL");
const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
let browser;
before(async () => (browser = await openBrowser()));
after(() => browser?.close());

const docs = (fragment = "") => `${hivebox}/docs${fragment}`;

/** The form, the answer and the code of an operation. */
function parts(page, id) {
  const operation = page.locator(`#${id}`);
  const field = (name) => page.locator(`[id="${id}-${name}"]`);
  return {
    operation,
    field,
    send: operation.locator(".send"),
    outcome: operation.locator(".outcome"),
    body: operation.locator(".result pre"),
    code: operation.locator(":scope > details > .code pre"),
  };
}

for (const colorScheme of ["light", "dark"]) {
  for (const [name, viewport] of [["wide", WIDE], ["phone", PHONE]]) {
    test(`axe finds no violation in the documentation: ${name}, ${colorScheme}`, async () => {
      await visit(browser, docs(), { viewport, colorScheme }, async (page) => {
        await picture(page, `docs-${name}-${colorScheme}`);
        await violates(page, "collapsed");
        const { send, outcome } = parts(page, "getChores");
        await page.locator("#getChores > details > summary").click();
        await send.click();
        await outcome.filter({ hasText: "200" }).filter({ hasText: "ms" }).waitFor();
        await page.locator("#getChores").scrollIntoViewIfNeeded();
        await picture(page, `docs-try-${name}-${colorScheme}`);
        await page.locator("#getChores .result").evaluate((result) => result.scrollIntoView());
        await picture(page, `docs-answer-${name}-${colorScheme}`);
        await page.evaluate(() => {
          for (const details of document.querySelectorAll("details")) details.open = true;
        });
        await page.waitForFunction(() => document.querySelectorAll(".languages").length === document.querySelectorAll(".operation").length);
        await violates(page, "open");
        assert.deepEqual(await unreachable(page), [], "regions that scroll, but cannot take the focus");
        assert.deepEqual(await small(page), [], "targets below 44 px");
        const width = await page.evaluate(() => document.documentElement.scrollWidth);
        assert.ok(width <= viewport.width, `the page is ${width} px wide`);
      });
    });
  }
}

async function violates(page, state) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate((values) => axe.run({ runOnly: { type: "tag", values } }), WCAG);
  const found = violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html.slice(0, 200)).join("\n  ")}`);
  assert.deepEqual(found, [], state);
}

/** Visible elements that scroll, but cannot take the focus and contain nothing that can. */
function unreachable(page) {
  return page.evaluate(() => {
    const scrolls = (element) => {
      const { overflowX, overflowY } = getComputedStyle(element);
      const overflows = (overflow, room) => ["auto", "scroll"].includes(overflow) && room > 1;
      const isOver = overflows(overflowX, element.scrollWidth - element.clientWidth) || overflows(overflowY, element.scrollHeight - element.clientHeight);
      return isOver && element.checkVisibility();
    };
    const canFocus = "a[href], button, input, select, textarea, summary, [tabindex]";
    const all = [...document.body.querySelectorAll("*")].filter(scrolls);
    return all.filter((element) => !element.matches(canFocus) && !element.querySelector(canFocus)).map(({ outerHTML }) => outerHTML.slice(0, 100));
  });
}

/** Controls that are lower than 44 px. Links within text may be. */
function small(page) {
  return page.evaluate(() => {
    const controls = document.querySelectorAll("button, input, select, textarea, summary, nav a, .act a, .ways a");
    const low = [...controls].filter((control) => control.checkVisibility() && control.getBoundingClientRect().height < 44);
    return low.map(({ outerHTML }) => outerHTML.slice(0, 100));
  });
}

test("a search finds operations by path, purpose and parameter", async () => {
  await visit(browser, docs(), {}, async (page) => {
    const visible = () => page.locator("article.operation:visible").evaluateAll((all) => all.map(({ id }) => id));
    const all = await visible();
    await page.keyboard.press("/");
    assert.equal(await page.evaluate(() => document.activeElement.id), "search");
    await page.keyboard.type("broodless");
    assert.deepEqual(await visible(), ["getChores"]);
    assert.match(await page.locator("#found").innerText(), /^1 operation, \d+ schemas?$/);
    assert.deepEqual(await page.locator("nav li:visible a[href^='#get']").evaluateAll((links) => links.map(({ hash }) => hash)), ["#getChores"]);
    assert.equal(await page.locator("#about").isVisible(), false, "the results come first");
    await page.keyboard.press("Enter");
    await page.locator("#getChores > details[open]").waitFor();
    await page.locator("#search").fill("HISTORY timezone");
    assert.deepEqual(await visible(), ["getHistory"]);
    await page.locator("#search").fill("no such thing");
    assert.deepEqual(await visible(), []);
    assert.equal(await page.locator("#found").innerText(), "Nothing found. Try fewer or shorter words.");
    await page.locator("#search").press("Escape");
    assert.deepEqual(await visible(), all);
    await page.locator("#getForecast > details > summary").click();
    await page.locator("#getForecast-hours").press("/");
    assert.equal(await page.evaluate(() => document.activeElement.id), "getForecast-hours", "a slash in a field is text");
  });
});

test("an address opens its section, and an opened section is in the address", async () => {
  await visit(browser, docs("#getChores"), {}, async (page) => {
    const isOpen = (id) => page.locator(`#${id} > details`).evaluate(({ open }) => open);
    await eventually("the section of the address", () => isOpen("getChores"));
    assert.equal(await isOpen("listBoxes"), false);
    await page.locator("nav a[href='#listBoxes']").click();
    await eventually("the section of the link", () => isOpen("listBoxes"));
    await page.locator("#getMap > details > summary").click();
    await eventually("the new address", () => new URL(page.url()).hash === "#getMap");
    // A link to a schema that the search hides shows it.
    await page.locator("#search").fill("getMap nothing");
    await page.evaluate(() => (location.hash = document.querySelector("[id^=schema-]").id));
    await eventually("the schema", () => page.locator("[id^=schema-]").first().isVisible());
  });
});

test("a request can be tried with its example, and with other values", async () => {
  await visit(browser, docs("#getForecast"), {}, async (page) => {
    const { field, send, outcome, body, operation } = parts(page, "getForecast");
    assert.deepEqual([await field("lat").inputValue(), await field("lon").inputValue(), await field("hours").inputValue()], ["51.96", "7.63", ""]);
    await field("hours").fill("3");
    const [asked] = await Promise.all([page.waitForRequest((request) => request.url().includes("/api/v1/forecast")), send.click()]);
    assert.equal(asked.url(), `${hivebox}/api/v1/forecast?lat=51.96&lon=7.63&hours=3`);
    await outcome.filter({ hasText: /\d+ ms · [\d.]+ k?B/ }).waitFor();
    assert.ok(JSON.parse(await body.innerText()));
    assert.match(await operation.locator(".telling").innerText(), /content-type\s+application\/json/);
    assert.equal(await operation.locator("a.open").getAttribute("href"), asked.url());
    await field("lat").fill("");
    await send.click();
    assert.equal(await field("lat").evaluate(({ validity }) => validity.valueMissing), true, "a required field is needed");
    await field("lat").fill("91");
    await send.click();
    await outcome.filter({ hasText: /^(400|422) / }).waitFor();
    assert.match(await body.innerText(), /"errors"/);
  }, (fault) => /status of 4/.test(fault));
});

test("a stream is shown as it arrives, and can be stopped", async () => {
  await visit(browser, docs("#getLive"), {}, async (page) => {
    const { send, outcome, body, field } = parts(page, "getLive");
    await field("events").fill("");
    await send.click();
    await body.filter({ hasText: "data:" }).waitFor();
    assert.equal(await send.innerText(), "Stop");
    await send.click();
    await outcome.filter({ hasText: "stopped" }).waitFor();
    assert.equal(await send.innerText(), "Send request");
  });
});

test("a large answer is cut, and a file is only counted", async () => {
  await visit(browser, docs("#listBoxes"), {}, async (page) => {
    const { send, operation, field, body } = parts(page, "listBoxes");
    await field("lat").fill("");
    await field("lon").fill("");
    await field("limit").fill("1000");
    await send.click();
    await operation.locator(".result .limit", { hasText: /^The first / }).waitFor();
    assert.equal((await body.innerText()).length, 64 * 1024);
    await field("format").selectOption("parquet");
    await send.click();
    await operation.locator(".result .limit", { hasText: "application/vnd.apache.parquet" }).waitFor();
    assert.equal(await body.isVisible(), false);
  });
});

test("a request without an answer says so", async () => {
  await visit(browser, docs("#getVersion"), {}, async (page, context) => {
    await context.setOffline(true);
    const { send, outcome } = parts(page, "getVersion");
    await send.click();
    await outcome.filter({ hasText: /^HiveBox did not answer: .*Is it running\?$/ }).waitFor();
  }, (fault) => /ERR_INTERNET_DISCONNECTED/.test(fault));
});

/** For each language the program that a machine needs, and how to run code with it. */
const PYTHON = process.env.HIVEBOX_TEST_PYTHON ?? "python3";
const RUNNERS = {
  curl: { program: "curl", command: (code) => ["sh", ["-ec", code]] },
  Python: { program: PYTHON, command: (code) => [PYTHON, ["-c", code]] },
  JavaScript: { program: process.execPath, command: (code) => [process.execPath, ["--input-type=module", "--eval", code]] },
  R: { program: "Rscript", command: (code) => ["Rscript", ["-e", code]] },
};

/** The operation, the fields to fill in, and what the code of every language prints. */
const CASES = [
  ["getTemperature", {}, /Average temperature|Average\.temperature/],
  ["listBoxes", { limit: "2", radius_km: "50" }, /boxes/],
  ["listBoxes", { limit: "2", radius_km: "50", format: "csv" }, /exposure/],
  ["getLive", { events: "1" }, /data: /],
  ["getMetrics", {}, /hivebox_/],
  ["postStore", {}, /snapshot|name|stored/],
];

for (const [language, { program, command }] of Object.entries(RUNNERS)) {
  test(`the code in ${language} runs as it stands there`, async (context) => {
    if (await run(program, ["--version"]).then(() => false, () => true)) return context.skip(`${program} is not installed`);
    const folder = await mkdtemp(join(tmpdir(), "hivebox-docs-"));
    try {
      await visit(browser, docs(), {}, async (page) => {
        for (const [id, values, expected] of CASES) {
          const { operation, field, code } = parts(page, id);
          if (!(await operation.locator("form").isVisible())) await operation.locator("summary").first().click();
          await operation.getByRole("button", { name: language, exact: true }).click();
          for (const [name, value] of Object.entries(values)) {
            const input = field(name);
            if ((await input.evaluate(({ tagName }) => tagName)) === "SELECT") await input.selectOption(value);
            else await input.fill(value);
          }
          const text = await code.innerText();
          assert.ok(text.includes(hivebox), `${text}: the address of the page`);
          if (language === "R" && text.includes("library(httr2)") && (await lacks("httr2"))) continue;
          if (language === "R" && text.includes("jsonlite") && (await lacks("jsonlite"))) continue;
          const { stdout } = await run(...command(text), { cwd: folder, timeout: 180_000 });
          assert.match(stdout, expected, `${id}:\n${text}`);
        }
      });
    } finally {
      await rm(folder, { recursive: true });
    }
  });
}

/** Whether R lacks a package. */
function lacks(name) {
  return run("Rscript", ["-e", `stopifnot(requireNamespace("${name}", quietly = TRUE))`]).then(() => false, () => true);
}

test("the chosen language is kept, and all code can be copied", async () => {
  const permissions = ["clipboard-read", "clipboard-write"];
  await visit(browser, docs("#getTemperature"), { permissions }, async (page) => {
    const { operation, code } = parts(page, "getTemperature");
    await operation.getByRole("button", { name: "Python", exact: true }).click();
    const copy = operation.locator(":scope > details > .code .copy");
    await copy.click();
    await copy.filter({ hasText: "Copied" }).waitFor();
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), await code.innerText());
    await eventually("the button to be ready again", async () => (await copy.innerText()) === "Copy");
    await page.reload();
    assert.match(await code.innerText(), /^import json/);
    // Without TLS there is no clipboard in the browser; then the text is copied in the old way.
    await page.evaluate(() => Object.defineProperty(navigator, "clipboard", { value: undefined }));
    await operation.getByRole("button", { name: "R", exact: true }).click();
    await copy.click();
    await copy.filter({ hasText: "Copied" }).waitFor();
    assert.match(await page.evaluate(() => getSelection().toString()), /^answer <- jsonlite/);
  });
});

test("behind a proxy with a prefix, code and requests have that prefix", async () => {
  const { hostname, port } = new URL(hivebox);
  const proxy = createServer((asked, answer) => {
    const path = asked.url.replace(/^\/weather(?=\/)/, "");
    if (path === asked.url) return answer.writeHead(404).end();
    const passed = forward({ hostname, port, path, method: asked.method, headers: asked.headers }, (response) => {
      answer.writeHead(response.statusCode, response.headers);
      response.pipe(answer);
    });
    asked.pipe(passed);
  });
  await new Promise((done) => proxy.listen(0, "127.0.0.1", done));
  const address = `http://127.0.0.1:${proxy.address().port}/weather`;
  try {
    await visit(browser, `${address}/docs#getVersion`, {}, async (page) => {
      const { send, outcome, code } = parts(page, "getVersion");
      assert.equal(await code.innerText(), `curl '${address}/version'`);
      await send.click();
      await outcome.filter({ hasText: /^200 OK · \d+ ms/ }).waitFor();
    });
  } finally {
    proxy.closeAllConnections();
    proxy.close();
  }
});

test("without a script everything can be read, and nothing pretends to work", async () => {
  await visit(browser, docs(), { javaScriptEnabled: false }, async (page) => {
    const chores = page.locator("#getChores");
    await chores.getByText("curl '").waitFor();
    await chores.locator("code", { hasText: "broodless" }).first().waitFor();
    for (const control of ["#search", ".send", ".copy", "input", "select"]) {
      assert.equal(await page.locator(control).locator("visible=true").count(), 0, control);
    }
    await picture(page, "docs-without-script");
  });
});
