/**
 * Measures the dashboard: bytes, time to the first useful picture, frame times while the map is dragged, and how long a desktop and a
 * phone are busy. The benchmark runs it against a HiveBox with a given number of boxes, such as `hivebox demo --stations 150000`, and reads
 * the JSON from its output. Usage: `node measure.mjs LOADS SECONDS [NEW_MAPS]`; it waits for as many new maps.
 */

import assert from "node:assert/strict";
import { get } from "node:http";
import { needed, openBrowser, openPage } from "./browser.mjs";
import { READERS, tasksOf } from "./tasks.mjs";

const address = `${needed("HIVEBOX_TEST_URL")}/dashboard`;
const [loads = 5, seconds = 3, newMaps = 0] = process.argv.slice(2).map(Number);

/** How often to zoom out from the map of a place, for a view with very many boxes. */
const ZOOM_OUT = 3;
/** The length of a drag from the middle in pixels, and its number of steps. */
const DISTANCE = 180;
const STEPS = 20;

/** The page's requests up to its first picture, except the stream, which never ends. */
const requests = new Set();
const browser = await openBrowser();
const firstPictures = [];
const frames = [];
const readers = {};
try {
  for (let load = 0; load < loads; load += 1) {
    // A new context has an empty cache. It opens a blank page first, so that the browser's own start is not measured.
    const { page, context } = await openPage(browser, "about:blank");
    page.on("request", (request) => requests.add(request.url()));
    await page.goto(address);
    firstPictures.push(await firstPicture(page));
    await context.close();
  }
  const { page, context } = await openPage(browser, "about:blank");
  frames.push(...(await drag(page)));
  await context.close();
  for (const [name, reader] of Object.entries(READERS)) readers[name] = await tasksOf(browser, address, reader, newMaps);
} finally {
  await browser.close();
}
const urls = [...requests].filter((url) => url.startsWith("http") && !url.includes("/api/v1/live"));
const bytes = Object.fromEntries(await Promise.all(["br", "gzip"].map(async (encoding) => [encoding, await total(urls, encoding)])));
console.log(JSON.stringify({ bytes, requests: urls.length, first_picture_ms: firstPictures, frames_ms: frames, readers }));

function firstPicture(page) {
  return page.waitForFunction(() => performance.getEntriesByName("hivebox-first-picture")[0]?.startTime).then((time) => time.jsonValue());
}

/** The duration of each frame in milliseconds while the map of Central Europe, where most boxes are, is dragged back and forth. */
async function drag(page) {
  await page.goto(`${address}?lat=51&lon=10`);
  await firstPicture(page);
  const map = page.locator("#map");
  await map.focus();
  for (let step = 0; step < ZOOM_OUT; step += 1) await page.keyboard.press("-");
  const box = await map.boundingBox();
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await page.evaluate(() => {
    window.times = [];
    const frame = (time) => {
      window.times.push(time);
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  });
  const where = () => page.locator(".leaflet-map-pane").evaluate((pane) => pane.style.transform);
  const before = await where();
  const end = Date.now() + 1000 * seconds;
  // Each drag is long enough to reveal undrawn parts of the map.
  for (let drag = 0; Date.now() < end; drag += 1) {
    const offset = drag % 4 < 2 ? DISTANCE : -DISTANCE;
    await page.mouse.move(x + offset, y);
    await page.mouse.down();
    for (let step = 1; step <= STEPS; step += 1) await page.mouse.move(x + offset - (2 * offset * step) / STEPS, y + step);
    if (drag === 0) assert.notEqual(await where(), before, "the map must move");
    await page.mouse.up();
  }
  const times = await page.evaluate(() => window.times);
  return times.slice(1).map((time, index) => time - times[index]);
}

/** The total size of all answers on the wire, in bytes. */
async function total(urls, encoding) {
  const sizes = await Promise.all(urls.map((url) => size(url, encoding)));
  return sizes.reduce((sum, size) => sum + size, 0);
}

function size(url, encoding) {
  return new Promise((done, failed) => {
    const request = get(url, { headers: { "accept-encoding": encoding } }, (response) => {
      let bytes = 0;
      response.on("data", (chunk) => (bytes += chunk.length));
      response.on("end", () => done(bytes));
      response.on("error", failed);
    });
    request.on("error", failed);
  });
}
