/** The map: which boxes it shows, how close it goes, and that it leaves the page free. */

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { eventually, isolatedBox, needed, openBrowser, picture, visit } from "./browser.mjs";
import { startDemo } from "./demo.mjs";

const hivebox = needed("HIVEBOX_TEST_URL");
let browser;
before(async () => (browser = await openBrowser()));
after(() => browser?.close());

const mapIsDrawn = (page) => page.waitForFunction(() => performance.getEntriesByName("hivebox-first-picture").length > 0);
/** The browser advises against reading a canvas often, as these tests do. */
const isAdvice = (fault) => fault.includes("getImageData");
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
    }, isAdvice);
  }
});

test("the surface shows estimates, says them, and is kept in the address", async () => {
  const { lat, lon } = await isolatedBox(hivebox);
  await visit(browser, `${hivebox}/dashboard?map=8/${lat}/${lon}`, {}, async (page) => {
    await mapIsDrawn(page);
    await page.locator("#layer-surface").click();
    assert.equal(parametersOf(page).layer, "surface");
    const isPainted = () =>
      page.locator(".surface-tile").evaluateAll((tiles) =>
        tiles.some((tile) => tile.getContext("2d").getImageData(0, 0, tile.width, tile.height).data.some((byte) => byte > 0)),
      );
    await eventually("the surface", isPainted);
    const { x, y, width, height } = await page.locator("#map").boundingBox();
    await eventually("the estimate", async () => {
      await page.mouse.move(x + width / 2 + Math.random(), y + height / 2);
      return /°C ± /.test((await page.locator(".map-hint").allInnerTexts()).join().replaceAll("\u00a0", " "));
    });
    await picture(page, "surface");
    await page.reload();
    await eventually("the surface again", isPainted);
    await page.locator("#layer-points").click();
    await page.locator(".surface-tile").first().waitFor({ state: "detached" });
    assert.equal(parametersOf(page).layer, undefined);
  }, isAdvice);
});

test("rivers, lakes and borders of states load from near only, and after the first picture", async () => {
  await visit(browser, `${hivebox}/dashboard?map=4/51/10`, {}, async (page) => {
    const asked = [];
    page.on("request", (request) => asked.push(new URL(request.url()).pathname));
    await mapIsDrawn(page);
    const coarse = await colours(page, "ground", 400);
    for (let step = 0; step < 2; step += 1) await page.getByRole("button", { name: "Zoom in" }).click();
    await eventually("the detail", async () => asked.includes("/dashboard/detail-4-2.bin") && (await colours(page, "ground", 400)) > coarse);
    assert.ok(asked.every((path) => !path.startsWith("/dashboard/detail-") || /-[34]-[23]\.bin$/.test(path)), asked.join());
    await picture(page, "detail");
  }, isAdvice);
});

/** A picture of one orange pixel. */
const PIXEL = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP4n8HwHwAGAAJ/dUKH5wAAAABJRU5ErkJggg==", "base64");

test("an operator's tiles are below the boxes, with their attribution, and the page says where they come from", async () => {
  const asked = [];
  const tiles = createServer((request, response) => {
    asked.push(request.url);
    response.writeHead(200, { "content-type": "image/png" }).end(PIXEL);
  });
  await new Promise((done) => tiles.listen(0, "127.0.0.1", done));
  const host = `127.0.0.1:${tiles.address().port}`;
  const demo = await startDemo(["--tiles", `http://${host}/{z}/{x}/{y}.png`, "--tiles-attribution", "© Bees & <b>friends</b>"]);
  try {
    await visit(browser, `${demo.address}/dashboard?map=5/51/10`, {}, async (page) => {
      await mapIsDrawn(page);
      await page.locator(".leaflet-tile-pane img.leaflet-tile-loaded").first().waitFor();
      assert.ok(asked.length > 0 && asked.every((path) => /^\/5\/\d+\/\d+\.png$/.test(path)), asked.join());
      assert.equal(await page.locator(".map-attribution").innerText(), "© Bees & <b>friends</b>");
      await page.locator("footer", { hasText: `tiles come from ${host}` }).waitFor();
      const order = ["tile", "overlay"].map((pane) => page.locator(`.leaflet-${pane}-pane`).evaluate((one) => Number(getComputedStyle(one).zIndex)));
      const [below, above] = await Promise.all(order);
      assert.ok(below < above);
      await page.locator("#layer-surface").click();
      await page.locator(".surface-tile").first().waitFor();
      await picture(page, "tiles");
    }, (fault) => fault.includes(host));
  } finally {
    await demo.stop();
    tiles.close();
  }
});
