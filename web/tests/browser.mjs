/**
 * A browser and its pages, for tests and measurements. `cargo xtask test` sets where HiveBox listens (HIVEBOX_TEST_URL), which
 * Chromium is taken (HIVEBOX_TEST_CHROMIUM), and where pictures go (HIVEBOX_TEST_PICTURES).
 */

import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { chromium } from "playwright-core";

/** How long a page may take to become as it should: long enough for a busy machine. */
const PATIENCE = 60_000;
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

/** A variable that `cargo xtask test` sets. */
export function needed(variable) {
  const value = process.env[variable];
  assert.ok(value, `${variable} is not set: run the tests by \`cargo xtask test\`, which sets it`);
  return value;
}

/** A browser with an empty folder for its user, which goes with it. */
export async function openBrowser() {
  return chromium.launch({ executablePath: needed("HIVEBOX_TEST_CHROMIUM"), args: FLAGS });
}

/**
 * A page of a reader in Münster. What it must never do is kept in `faults`: say something on the console, fail, or ask another host.
 * `expected` tells which of that a test brings about by itself.
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

/** Opens a page, does what a test does with it, and makes sure that nothing was wrong meanwhile. */
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

/** Keeps a picture for a look. */
export async function picture(page, name, options = {}) {
  const folder = needed("HIVEBOX_TEST_PICTURES");
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), ...options });
}

/** Waits until `look` gives something true. */
export async function eventually(what, look) {
  const end = Date.now() + PATIENCE;
  for (;;) {
    const seen = await look();
    if (seen) return seen;
    assert.ok(Date.now() < end, `${what} has not come about`);
    await new Promise((done) => setTimeout(done, 50));
  }
}

/** What HiveBox answers. */
export async function json(url) {
  const response = await fetch(url);
  assert.ok(response.ok, `${url}: ${response.status}`);
  return response.json();
}
