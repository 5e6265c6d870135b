/** The map: which boxes it shows, how close it goes, and that it leaves the page free. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { eventually, isolatedBox, needed, openBrowser, picture, visit } from "./browser.mjs";

const hivebox = needed("HIVEBOX_TEST_URL");
let browser;
before(async () => (browser = await openBrowser()));
after(() => browser?.close());

const mapIsDrawn = (page) => page.waitForFunction(() => performance.getEntriesByName("hivebox-first-picture").length > 0);
const parametersOf = (page) => Object.fromEntries(new URL(page.url()).searchParams);

/** How many colours a canvas of the map has in the middle, within some pixels. */
function colours(page, pane, pixels = 40) {
  return page.locator(`.leaflet-${pane}-pane canvas`).evaluate((canvas, pixels) => {
    const data = canvas.getContext("2d").getImageData((canvas.width - pixels) / 2, (canvas.height - pixels) / 2, pixels, pixels).data;
    return new Set(new Uint32Array(data.buffer)).size;
  }, pixels);
}

test("a worker prepares the map, so that the page stays free", async () => {
  await visit(browser, hivebox, {}, async (page) => {
    await mapIsDrawn(page);
    assert.deepEqual(page.workers().map((worker) => new URL(worker.url()).pathname), ["/dashboard/map-worker.js"]);
    const asked = await page.evaluate(() => performance.getEntriesByType("resource").map(({ name }) => new URL(name).pathname));
    assert.ok(!asked.includes("/api/v1/map"), "the page itself never holds the boxes");
  });
});

test("the map shows outdoor boxes only, until the reader asks for all", async () => {
  await visit(browser, hivebox, {}, async (page) => {
    await mapIsDrawn(page);
    await page.locator("#outdoor-only[aria-pressed=true]").waitFor();
    assert.equal(parametersOf(page).boxes, undefined);
    await page.locator("#outdoor-only").click();
    assert.equal(parametersOf(page).boxes, "all");
    await page.reload();
    await page.locator("#outdoor-only[aria-pressed=false]").click();
    assert.equal(parametersOf(page).boxes, undefined);
  });
});

test("the map is not blank at any zoom", async () => {
  const { lat, lon } = await isolatedBox(hivebox);
  for (const zoom of [3, 9, 14, 16, 18]) {
    await visit(browser, `${hivebox}/dashboard?map=${zoom}/${lat}/${lon}`, {}, async (page) => {
      await mapIsDrawn(page);
      assert.equal(Number(parametersOf(page).map.split("/")[0]), zoom);
      await eventually("the box", async () => (await colours(page, "overlay")) > 3);
      assert.ok((await colours(page, "ground")) >= 1);
      await picture(page, `zoom-${zoom}`);
    });
  }
});
