/** The page over time: it updates by itself and reports outages. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { eventually, json, needed, openBrowser, picture, visit } from "./browser.mjs";
import { Wire } from "./wire.mjs";

const hivebox = needed("HIVEBOX_TEST_URL");
let browser;
before(async () => (browser = await openBrowser()));
after(() => browser?.close());

const system = (page, state) => page.locator(`#system${state}`).waitFor();

test("a new present appears without a reload", async () => {
  await visit(browser, hivebox, {}, async (page) => {
    await system(page, "[data-connection=open]");
    const first = await page.locator("#fresh").getAttribute("datetime");
    // The map follows. The wait starts here, because its answer may arrive at any moment.
    const isNewer = async (response) => response.url().includes("/api/v1/map") && Date.parse((await response.json()).as_of) > Date.parse(first);
    const map = page.waitForResponse((response) => isNewer(response).catch(() => false));
    await page.waitForFunction((first) => document.querySelector("#fresh").dateTime !== first, first);
    const next = await page.locator("#fresh").getAttribute("datetime");
    assert.ok(Date.parse(next) > Date.parse(first), `${next} is after ${first}`);
    await map;
    assert.match(await page.locator("#announcer").innerText(), /\d/);
  });
});

test("a lost connection is reported until it is restored", async () => {
  const wire = await Wire.to(hivebox);
  // The browser reports failed requests on the console.
  const isExpected = (fault) => /Failed to load resource|ERR_|fetching the script/.test(fault);
  try {
    await visit(browser, wire.url, {}, async (page) => {
      await system(page, "[data-connection=open][data-level=good]");
      const number = await page.locator("#temperature").innerText();
      wire.cut();
      await system(page, "[data-connection=lost][data-level=bad]");
      assert.equal(await page.locator("#temperature").innerText(), number, "the last known temperature must stay");
      await picture(page, "lost");
      wire.mend();
      // The page may reconnect by itself first, which removes the button.
      await page.evaluate(() => document.querySelector("#system button")?.click());
      await system(page, "[data-connection=open][data-level=good]");
    }, isExpected);
  } finally {
    wire.close();
  }
});

test("without a network the page still shows the last answer, and says how old it is", async () => {
  const isExpected = (fault) => /Failed to load resource|ERR_|fetch/.test(fault);
  await visit(browser, `${hivebox}/dashboard?lat=52.52&lon=13.41`, {}, async (page, context) => {
    await page.locator("#answer[data-verdict]").waitFor();
    await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
    // The first visit's answers came before the worker; this visit's are kept.
    await page.reload();
    await page.locator("#answer[data-verdict]").waitFor();
    await page.locator("#map[data-boxes]:not([data-boxes=''])").waitFor();
    const verdict = await page.locator("#answer").getAttribute("data-verdict");
    await page.waitForFunction(async () => (await caches.match("/api/v1/chores?lat=52.52&lon=13.41&language=en")) !== undefined);
    await context.setOffline(true);
    await page.goto(hivebox + "/dashboard?lat=52.52&lon=13.41");
    await page.locator(`#answer[data-verdict=${verdict}]`).waitFor();
    await system(page, "[data-connection=lost][data-level=bad]");
    await page.locator(".answer.is-old .as-of", { hasText: /^As of \d/ }).waitFor();
    const isHatched = await page.locator("#answer").evaluate((each) => getComputedStyle(each).backgroundImage.includes("repeating-linear-gradient"));
    assert.ok(isHatched, "an old verdict is hatched");
    assert.equal(await page.locator("main .notice").count(), 0, "one bar says it all");
    await picture(page, "offline");
  }, isExpected);
});

test("the page can be installed", async () => {
  await visit(browser, hivebox, {}, async (page) => {
    const manifest = await json(new URL(await page.locator("link[rel=manifest]").getAttribute("href"), hivebox));
    assert.equal(manifest.start_url, "/");
    for (const { src } of manifest.icons) assert.ok((await fetch(new URL(src, hivebox))).ok, src);
    const session = await page.context().newCDPSession(page);
    const { errors } = await session.send("Page.getAppManifest");
    assert.deepEqual(errors, []);
  });
});

test("an outage of openSenseMap is reported until it is over", async () => {
  const faults = `${needed("HIVEBOX_TEST_SIMULATION")}/_sim/faults`;
  const outage = { method: "PUT", headers: { "content-type": "application/json" }, body: JSON.stringify({ fault: "status", status: 500 }) };
  assert.ok((await fetch(faults, outage)).ok);
  try {
    await eventually("HiveBox to notice the outage", async () => (await json(`${hivebox}/api/v1/status`)).upstream.down_since !== null);
    await visit(browser, hivebox, {}, async (page) => {
      await system(page, "[data-connection=open][data-level=warning]");
      await page.locator("#temperature").waitFor();
      await picture(page, "outage");
      await fetch(faults, { method: "DELETE" });
      await system(page, "[data-connection=open][data-level=good]");
    });
  } finally {
    await fetch(faults, { method: "DELETE" });
  }
});
