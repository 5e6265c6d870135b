/** The page without a mouse, and without eyes. */

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { eventually, needed, openBrowser, PHONE, visit, WIDE } from "./browser.mjs";

const hivebox = needed("HIVEBOX_TEST_URL");
const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
let browser;
before(async () => (browser = await openBrowser()));
after(() => browser?.close());

const WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** Asks axe in all parts of the page; axe is put in by the browser's own tools, which no policy of a page keeps out. */
async function violations(page) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate((values) => axe.run({ runOnly: { type: "tag", values } }), WCAG);
  return violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html).join("\n  ")}`);
}

/** Opens all that can be opened, also what comes to light by that. */
async function openAll(page) {
  const open = () => {
    const closed = [...document.querySelectorAll("details:not([open]) > summary")];
    for (const summary of closed) summary.click();
    return closed.length === 0;
  };
  await page.waitForFunction(open);
}

for (const colorScheme of ["light", "dark"]) {
  for (const [name, viewport] of [["wide", WIDE], ["phone", PHONE]]) {
    test(`axe finds nothing: ${name}, ${colorScheme}`, async () => {
      const { boxes } = await (await fetch(`${hivebox}/api/v1/boxes?lat=52.52&lon=13.41&radius_km=5&limit=1`)).json();
      await visit(browser, `${hivebox}/dashboard?lat=52.52&lon=13.41&box=${boxes[0].id}`, { viewport, colorScheme }, async (page) => {
        await page.locator("#system[data-level=good]").waitFor();
        await page.locator("#chores > li").first().waitFor();
        await page.locator("#box-title", { hasText: boxes[0].name }).waitFor();
        await page.locator("#history").scrollIntoViewIfNeeded();
        await page.locator("#chart canvas, #history-empty").first().waitFor();
        await openAll(page);
        assert.deepEqual(await violations(page), []);
      });
    });
  }
}

test("all can be done by the keyboard, and where it is can be seen", async () => {
  await visit(browser, hivebox, {}, async (page) => {
    await page.locator("#map[data-boxes]:not([data-boxes=''])").waitFor();
    await page.keyboard.press("Tab");
    const skip = await page.evaluate(() => [document.activeElement.className, document.activeElement.getBoundingClientRect().top >= 0]);
    assert.deepEqual(skip, ["skip", true], "the first stop skips the head, and is seen when it has the focus");
    const stops = new Set();
    await eventually("the map by Tab", async () => {
      await page.keyboard.press("Tab");
      const { id, isSeen } = await page.evaluate(() => {
        const style = getComputedStyle(document.activeElement);
        const isSeen = (style.outlineStyle !== "none" && Number.parseFloat(style.outlineWidth) > 0) || style.boxShadow !== "none";
        return { id: document.activeElement.id, isSeen };
      });
      assert.ok(isSeen, `#${id} shows that it has the focus`);
      stops.add(id);
      return id === "map";
    });
    for (const id of ["language", "unit-C", "unit-F", "theme", "pick", "locate", "coordinates", "phenomenon"]) assert.ok(stops.has(id), `#${id} is reached`);
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("Enter");
    await page.locator("#hive-place").waitFor();
    await page.locator("#in-view").focus();
    await page.keyboard.press("Enter");
    await page.locator(".in-view li button").first().waitFor();
  });
});
