/**
 * A browser and its pages, for tests and benchmarks. `cargo xtask test` sets the address of HiveBox (HIVEBOX_TEST_URL), its
 * program (HIVEBOX_TEST_BINARY), the path of Chromium (HIVEBOX_TEST_CHROMIUM) and the folder for screenshots (HIVEBOX_TEST_PICTURES).
 */

import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { chromium } from "playwright-core";

/** The limit for every wait in milliseconds, generous enough for a busy machine. A wait ends as soon as its condition holds. */
const PATIENCE = Number(process.env.P ?? 180_000);
/** The pause between two checks of a condition, in milliseconds. */
const POLL_INTERVAL = 50;
const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
export const WIDE = { width: 1280, height: 800 };
export const PHONE = { width: 375, height: 740 };

/** An environment variable set by `cargo xtask test`. */
export function needed(variable) {
  const value = process.env[variable];
  assert.ok(value, `${variable} is not set: run the tests with \`cargo xtask test\`, which sets it`);
  return value;
}

/** Starts a browser with an empty, temporary profile. */
export async function openBrowser() {
  return chromium.launch({ executablePath: needed("HIVEBOX_TEST_CHROMIUM"), args: FLAGS });
}

/**
 * Opens a page for a reader in Germany. `faults` collects what a page must never do: print errors or warnings to the console, throw, or
 * contact another host. `expected` accepts the faults that a test causes on purpose.
 */
export async function openPage(browser, address, options = {}, expected = () => false) {
  const context = await browser.newContext({
    viewport: WIDE,
    locale: "en-GB",
    timezoneId: "Europe/Berlin",
    colorScheme: "light",
    reducedMotion: "reduce",
    ...options,
  });
  context.setDefaultTimeout(PATIENCE);
  const page = await context.newPage();
  const faults = [];
  const fault = (text) => !expected(text) && faults.push(text);
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && fault(`console: ${message.text()}`));
  page.on("pageerror", (error) => fault(`error: ${error}\n${error.stack}`));
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (!["data:", "blob:"].includes(url.protocol) && url.host !== new URL(address).host) fault(`another host: ${url}`);
  });
  await page.goto(address);
  return { page, context, faults };
}

/** Opens a page, runs a test with it, and checks that it had no faults. */
export async function visit(browser, address, options, use, expected) {
  const { page, context, faults } = await openPage(browser, address, options, expected);
  try {
    await use(page, context);
    assert.deepEqual(faults, []);
  } catch (error) {
    await picture(page, `failed-${Date.now()}`).catch(() => {});
    throw error;
  } finally {
    await context.close();
  }
}

/** Saves a screenshot for people to look at. */
export async function picture(page, name, options = {}) {
  const folder = needed("HIVEBOX_TEST_PICTURES");
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), ...options });
}

/** Waits until `check` returns something true. */
export async function eventually(what, check) {
  const end = Date.now() + PATIENCE;
  for (;;) {
    const result = await check();
    if (result) return result;
    assert.ok(Date.now() < end, `still waiting for ${what}`);
    await new Promise((done) => setTimeout(done, POLL_INTERVAL));
  }
}

/** Requests JSON from HiveBox. */
export async function json(url) {
  const response = await fetch(url);
  assert.ok(response.ok, `${url}: ${response.status}`);
  return response.json();
}

/** An outdoor box with a usable reading and no other box within a quarter of a degree. */
export async function isolatedBox(hivebox) {
  const { latitude, longitude, state, exposure } = await json(`${hivebox}/api/v1/map`);
  const sums = (steps) => steps.map(((sum) => (step) => (sum += step))(0));
  const [lats, lons] = [sums(latitude), sums(longitude)];
  const isNear = (one, other) => Math.abs(lats[one] - lats[other]) < 2500 && Math.abs(lons[one] - lons[other]) < 2500;
  const found = lats.findIndex((_, one) => state[one] === "u" && (exposure ?? "o")[exposure ? one : 0] === "o" && !lats.some((_, other) => other !== one && isNear(one, other)));
  assert.ok(found >= 0, "some box must be isolated");
  const [lat, lon] = [lats[found] / 1e4, lons[found] / 1e4];
  const { boxes } = await json(`${hivebox}/api/v1/boxes?lat=${lat}&lon=${lon}&radius_km=0.1`);
  assert.equal(boxes.length, 1);
  return { lat, lon, box: boxes[0] };
}
