/** The page over time: what is new comes by itself, and what does not come is told. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { eventually, json, needed, openBrowser, picture, visit } from "./browser.mjs";
import { Wire } from "./wire.mjs";

const hivebox = needed("HIVEBOX_TEST_URL");
let browser;
before(async () => (browser = await openBrowser()));
after(() => browser?.close());

const system = (page, state) => page.locator(`#system${state}`).waitFor();

test("a new present is shown without anybody asking for it", async () => {
  await visit(browser, hivebox, {}, async (page) => {
    await system(page, "[data-connection=open]");
    const first = await page.locator("#fresh").getAttribute("datetime");
    // The map follows; waited for from the start, as its answer may come at once.
    const isNewer = async (response) => response.url().includes("/api/v1/map") && Date.parse((await response.json()).as_of) > Date.parse(first);
    const map = page.waitForResponse((response) => isNewer(response).catch(() => false));
    await page.waitForFunction((first) => document.querySelector("#fresh").dateTime !== first, first);
    const next = await page.locator("#fresh").getAttribute("datetime");
    assert.ok(Date.parse(next) > Date.parse(first), `${next} is after ${first}`);
    await map;
    assert.match(await page.locator("#announcer").innerText(), /\d/);
  });
});

test("a connection that is lost is told, and so is that it was found again", async () => {
  const wire = await Wire.to(hivebox);
  // A browser says itself what it cannot load.
  const isExpected = (fault) => /Failed to load resource|ERR_/.test(fault);
  try {
    await visit(browser, wire.url, {}, async (page) => {
      await system(page, "[data-connection=open][data-level=good]");
      const number = await page.locator("#temperature").innerText();
      wire.cut();
      await system(page, "[data-connection=lost][data-level=bad]");
      assert.equal(await page.locator("#temperature").innerText(), number, "what was known stays");
      await picture(page, "lost");
      wire.mend();
      await page.locator("#system button").click({ timeout: 5000 }).catch(() => "it may have come back by itself");
      await system(page, "[data-connection=open][data-level=good]");
    }, isExpected);
  } finally {
    wire.close();
  }
});

test("an outage of openSenseMap is told until it is over", async () => {
  const faults = `${needed("HIVEBOX_TEST_SIMULATION")}/_sim/faults`;
  const outage = { method: "PUT", headers: { "content-type": "application/json" }, body: JSON.stringify({ fault: "status", status: 500 }) };
  assert.ok((await fetch(faults, outage)).ok);
  try {
    await eventually("an outage", async () => (await json(`${hivebox}/api/v1/status`)).upstream.down_since !== null);
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
