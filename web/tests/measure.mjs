/**
 * What the dashboard costs: bytes, time to the first useful picture, frames per second while the map is dragged. `cargo xtask bench`
 * starts it against a HiveBox with so many boxes, and reads the JSON that it prints. `node measure.mjs LOADS SECONDS`.
 */

import assert from "node:assert/strict";
import { get } from "node:http";
import { needed, openBrowser, openPage } from "./browser.mjs";

const address = `${needed("HIVEBOX_TEST_URL")}/dashboard`;
const [loads = 5, seconds = 3] = process.argv.slice(2).map(Number);

/** Steps on the keyboard from how near the map of a place is, to a view with very many boxes. */
const ZOOM_OUT = 3;
/** How far a pull goes from the middle, in pixels, and in how many steps. */
const WAY = 180;
const STEPS = 20;

/** What the page asks for up to its first picture, but for the stream, which never ends. */
const asked = new Set();
const browser = await openBrowser();
const firstPictures = [];
const frames = [];
try {
  for (let load = 0; load < loads; load += 1) {
    // A browser that has been used for something, with nothing kept: the first load of all also waits for the browser itself.
    const { page, context } = await openPage(browser, "about:blank");
    page.on("request", (request) => asked.add(request.url()));
    await page.goto(address);
    firstPictures.push(await firstPicture(page));
    await context.close();
  }
  const { page, context } = await openPage(browser, "about:blank");
  frames.push(...(await drag(page)));
  await context.close();
} finally {
  await browser.close();
}
const urls = [...asked].filter((url) => url.startsWith("http") && !url.includes("/api/v1/live"));
const bytes = Object.fromEntries(await Promise.all(["br", "gzip"].map(async (encoding) => [encoding, await total(urls, encoding)])));
console.log(JSON.stringify({ bytes, requests: urls.length, first_picture_ms: firstPictures, frames_ms: frames }));

function firstPicture(page) {
  return page.waitForFunction(() => performance.getEntriesByName("hivebox-first-picture")[0]?.startTime).then((time) => time.jsonValue());
}

/** How long each frame took while the map of Central Europe, where most boxes are, was dragged to and fro. */
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
  // Far enough for what was not drawn yet to come into view.
  for (let pull = 0; Date.now() < end; pull += 1) {
    const way = pull % 4 < 2 ? WAY : -WAY;
    await page.mouse.move(x + way, y);
    await page.mouse.down();
    for (let step = 1; step <= STEPS; step += 1) await page.mouse.move(x + way - (2 * way * step) / STEPS, y + step);
    if (pull === 0) assert.notEqual(await where(), before, "the map moves");
    await page.mouse.up();
  }
  const times = await page.evaluate(() => window.times);
  return times.slice(1).map((time, index) => time - times[index]);
}

/** The bytes of all answers, as they come over the wire. */
async function total(urls, encoding) {
  const sizes = await Promise.all(urls.map((url) => size(url, encoding)));
  return sizes.reduce((sum, size) => sum + size, 0);
}

function size(url, encoding) {
  return new Promise((done, failed) => {
    const request = get(url, { headers: { "accept-encoding": encoding } }, (response) => {
      let bytes = 0;
      response.on("data", (piece) => (bytes += piece.length));
      response.on("end", () => done(bytes));
      response.on("error", failed);
    });
    request.on("error", failed);
  });
}
