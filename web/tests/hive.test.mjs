/** Boxes, places and the past: what a person does with the page. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { eventually, json, needed, openBrowser, picture, visit } from "./browser.mjs";

const hivebox = needed("HIVEBOX_TEST_URL");
const BERLIN = { lat: 52.52, lon: 13.41 };
let browser;
before(async () => (browser = await openBrowser()));
after(() => browser?.close());

const dashboard = (asked) => `${hivebox}/dashboard?${new URLSearchParams(asked)}`;
const mapIsThere = (page) => page.locator("#map[data-boxes]:not([data-boxes=''])").waitFor();
const asked = (page) => Object.fromEntries(new URL(page.url()).searchParams);

/** A box with a usable reading and no other one within a quarter of a degree. */
async function lonelyBox() {
  const { latitude, longitude, state } = await json(`${hivebox}/api/v1/map`);
  const sums = (steps) => steps.map(((sum) => (step) => (sum += step))(0));
  const [lats, lons] = [sums(latitude), sums(longitude)];
  const isNear = (one, other) => Math.abs(lats[one] - lats[other]) < 2500 && Math.abs(lons[one] - lons[other]) < 2500;
  const found = lats.findIndex((_, one) => state[one] === "u" && !lats.some((_, other) => other !== one && isNear(one, other)));
  assert.ok(found >= 0, "some box stands alone");
  const [lat, lon] = [lats[found] / 1e4, lons[found] / 1e4];
  const { boxes } = await json(`${hivebox}/api/v1/boxes?lat=${lat}&lon=${lon}&radius_km=0.1`);
  assert.equal(boxes.length, 1);
  return { lat, lon, box: boxes[0] };
}

/** Clicks the middle of the map. */
async function clickMiddle(page, options) {
  const { width, height } = await page.locator("#map").boundingBox();
  await page.locator("#map").click({ position: { x: width / 2, y: height / 2 }, ...options });
}

test("a click on a box opens what its sensors say and what is thought of that", async () => {
  const { lat, lon, box } = await lonelyBox();
  await visit(browser, dashboard({ lat, lon }), {}, async (page) => {
    await mapIsThere(page);
    // The map has the reader's place in its middle. Boxes are drawn soon after they have come.
    await eventually("a click that meets the box", async () => {
      await clickMiddle(page);
      return page.locator("#box-title", { hasText: box.name }).waitFor({ timeout: 1000 }).then(() => true, () => false);
    });
    assert.equal(asked(page).box, box.id);
    const { sensors } = await json(`${hivebox}/api/v1/boxes/${box.id}`);
    for (const { title } of sensors) await page.locator("#box", { hasText: title }).waitFor();
    await picture(page, "box", { fullPage: true });
    await page.reload();
    await page.locator("#box-title", { hasText: box.name }).waitFor();
    await page.locator("#box-close").click();
    await page.locator("#box").waitFor({ state: "detached" });
    assert.equal(asked(page).box, undefined);
  });
});

test("the map shows what is chosen, and the address keeps it", async () => {
  await visit(browser, hivebox, {}, async (page) => {
    await mapIsThere(page);
    await page.locator("#phenomenon option[value=relative_humidity]").waitFor({ state: "attached" });
    const loaded = page.waitForResponse((response) => response.url().includes("/api/v1/map?phenomenon=relative_humidity"));
    await page.locator("#phenomenon").selectOption("relative_humidity");
    assert.equal((await loaded).status(), 200);
    assert.equal(asked(page).phenomenon, "relative_humidity");
    await page.locator("#history-title", { hasText: "Humidity" }).waitFor();
    await picture(page, "humidity");
    await page.goBack();
    await page.locator("#history-title", { hasText: "Air temperature" }).waitFor();
    assert.equal(await page.locator("#phenomenon").inputValue(), "air_temperature");
  });
});

test("my hive has its weather and its chores, and an address that can be shared", async () => {
  await visit(browser, hivebox, {}, async (page) => {
    await page.locator("#coordinates").fill("52,52 13,41");
    await page.locator("#coordinates").press("Enter");
    await page.locator("#chores > li").first().waitFor();
    assert.deepEqual(asked(page), { lat: "52.52", lon: "13.41" });
    const { chores } = await json(`${hivebox}/api/v1/chores?lat=52.52&lon=13.41`);
    const shown = await page.locator("#chores > li").evaluateAll((items) => items.map((item) => item.dataset.chore));
    assert.deepEqual(shown, chores.map(({ chore }) => chore));
    const verdicts = await page.locator("#chores > li").evaluateAll((items) => items.map((item) => item.dataset.verdict));
    assert.ok(verdicts.every((verdict) => ["go", "caution", "no", "unknown"].includes(verdict)), verdicts.join());
    await page.locator("#told-broodless").selectOption("true");
    await eventually("the address that tells it", () => asked(page).broodless === "true");
    await picture(page, "hive", { fullPage: true });
    // Whoever gets the address sees the same.
    await visit(browser, page.url(), {}, async (other) => {
      await other.locator("#chores > li").first().waitFor();
      assert.equal(await other.locator("#hive-place").innerText(), await page.locator("#hive-place").innerText());
      assert.equal(await other.locator("#told-broodless").inputValue(), "true");
    });
    await page.locator("#hive-forget").click();
    await page.locator("#pick").waitFor();
    assert.equal(asked(page).lat, undefined);
  });
});

test("the address of a hive opens with it in the middle of the map", async () => {
  // As large as the picture in README.md, which this one is for.
  await visit(browser, dashboard(BERLIN), { viewport: { width: 1120, height: 700 } }, async (page) => {
    await page.locator("#chores > li").first().waitFor();
    await page.waitForFunction(() => performance.getEntriesByName("hivebox-first-picture").length > 0);
    const [map, pin] = [await page.locator("#map").boundingBox(), await page.locator(".hive-pin").boundingBox()];
    // The tip of the pin is where the hive stands.
    assert.ok(Math.abs(pin.x + pin.width / 2 - (map.x + map.width / 2)) < 3 && Math.abs(pin.y + pin.height - (map.y + map.height / 2)) < 3);
    await page.locator("#hive .values").first().waitFor();
    for (let step = 0; step < 3; step += 1) await page.getByRole("button", { name: "Zoom out" }).click();
    await page.mouse.move(0, 0);
    await picture(page, "readme");
  });
});

test("the hive is put where the map is clicked, or where the browser says", async () => {
  const geolocation = { latitude: BERLIN.lat, longitude: BERLIN.lon };
  await visit(browser, hivebox, { geolocation, permissions: ["geolocation"] }, async (page) => {
    await mapIsThere(page);
    await page.locator("#pick").click();
    await clickMiddle(page);
    await page.locator("#hive-place").waitFor();
    const first = asked(page);
    assert.ok(Math.abs(Number(first.lat)) < 60 && Math.abs(Number(first.lon)) < 60, JSON.stringify(first));
    await page.locator("#hive-forget").click();
    await page.locator("#locate").click();
    await eventually("the place of the browser", () => asked(page).lat === "52.52" && asked(page).lon === "13.41");
  });
});

test("a chart shows the past, of the range that is chosen or dragged", async () => {
  // The demo makes its past while the tests run.
  const past = `${hivebox}/api/v1/history?from=-PT2H&lat=52.52&lon=13.41`;
  await eventually("a past", async () => (await json(past)).rows.some(({ count }) => count > 0));
  await visit(browser, dashboard(BERLIN), {}, async (page) => {
    await page.locator("#history").scrollIntoViewIfNeeded();
    await page.locator("#chart canvas").waitFor();
    assert.equal(await page.locator("#range-24h").getAttribute("aria-pressed"), "true");
    const answered = page.waitForResponse((response) => response.url().includes("/api/v1/history?"));
    await page.locator("#range-7d").click();
    assert.equal((await answered).status(), 200);
    assert.equal(asked(page).range, "7d");
    await page.locator("#range-24h").click();
    await page.locator("#chart canvas").waitFor();
    const chart = await page.locator("#chart .u-over").boundingBox();
    const middle = chart.y + chart.height / 2;
    await page.mouse.move(chart.x + chart.width * 0.5, middle);
    await page.mouse.down();
    await page.mouse.move(chart.x + chart.width * 0.9, middle, { steps: 5 });
    await page.mouse.up();
    await page.locator("#stretch").waitFor();
    assert.match(asked(page).range, /^20.*Z\.\.20.*Z$/);
    await page.goBack();
    await page.locator("#range-24h[aria-pressed=true]").waitFor();
    await page.locator("#history-table").click();
    await page.locator("table.buckets tbody tr").nth(2).waitFor();
    await picture(page, "history", { fullPage: true });
  });
});
