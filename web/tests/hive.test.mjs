/** Boxes, places and history: what people do with the page. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { eventually, isolatedBox, json, needed, openBrowser, picture, visit } from "./browser.mjs";

const hivebox = needed("HIVEBOX_TEST_URL");
const BERLIN = { lat: 52.52, lon: 13.41 };
let browser;
before(async () => (browser = await openBrowser()));
after(() => browser?.close());

const dashboard = (parameters) => `${hivebox}/dashboard?${new URLSearchParams(parameters)}`;
const mapHasLoaded = (page) => page.locator("#map[data-boxes]:not([data-boxes=''])").waitFor();
/** Waits until the coasts and boxes are drawn, so that a click can hit a box. */
const mapIsDrawn = (page) => page.waitForFunction(() => performance.getEntriesByName("hivebox-first-picture").length > 0);
const parametersOf = (page) => Object.fromEntries(new URL(page.url()).searchParams);

/** Clicks the middle of the map. */
async function clickMiddle(page, options) {
  const { width, height } = await page.locator("#map").boundingBox();
  await page.locator("#map").click({ position: { x: width / 2, y: height / 2 }, ...options });
}

test("a click on a box opens its sensors with values and verdicts", async () => {
  const { lat, lon, box } = await isolatedBox(hivebox);
  await visit(browser, dashboard({ lat, lon }), {}, async (page) => {
    // The map is centred on the address's place.
    await mapIsDrawn(page);
    await clickMiddle(page);
    await page.locator("#box-title", { hasText: box.name }).waitFor();
    assert.equal(parametersOf(page).box, box.id);
    const { sensors } = await json(`${hivebox}/api/v1/boxes/${box.id}`);
    for (const { title } of sensors) await page.locator("#box", { hasText: title }).waitFor();
    // One request brings the last day of all sensors.
    const asked = [];
    page.on("request", (request) => request.url().includes(`box=${box.id}`) && asked.push(request.url()));
    await page.reload();
    await page.locator("#box .spark path[d^=M]").first().waitFor();
    assert.equal(asked.filter((url) => url.includes("/api/v1/history") && !url.includes("percentiles")).length, 1, asked.join("\n"));
    assert.match(await page.locator("#box .spark").first().getAttribute("aria-label"), /last 24 hours: \S+ – \S+/);
    await picture(page, "box", { fullPage: true });
    await page.reload();
    await page.locator("#box-title", { hasText: box.name }).waitFor();
    await page.locator("#box-close").click();
    await page.locator("#box").waitFor({ state: "detached" });
    assert.equal(parametersOf(page).box, undefined);
  });
});

test("a box says what its verdicts rest on, in the reader's units", async () => {
  const { boxes } = await json(`${hivebox}/api/v1/boxes?lat=52.52&lon=13.41&radius_km=10&exposure=outdoor&limit=200`);
  const answers = await Promise.all(boxes.map(({ id }) => json(`${hivebox}/api/v1/boxes/${id}`)));
  const { box } = answers.find(({ sensors }) => sensors.some(({ phenomenon, comparison }) => phenomenon === "air_temperature" && comparison));
  await visit(browser, dashboard({ box: box.id, unit: "F" }), {}, async (page) => {
    const why = page.locator("#box tr", { hasText: "Air temperature" }).locator(".why-verdict");
    await why.waitFor();
    assert.match(await why.innerText(), /^\d+\.\d\s°F (above|below) the median of \d+ boxes within \S+\smi \(−?\d+\.\d\s°F ±\s\d+\.\d\)$/);
  });
});

test("the map shows the chosen phenomenon, and the address keeps it", async () => {
  await visit(browser, hivebox, {}, async (page) => {
    await mapHasLoaded(page);
    await page.locator("#phenomenon option[value=relative_humidity]").waitFor({ state: "attached" });
    const answer = page.waitForResponse((response) => response.url().includes("/api/v1/map?phenomenon=relative_humidity"));
    await page.locator("#phenomenon").selectOption("relative_humidity");
    assert.equal((await answer).status(), 200);
    assert.equal(parametersOf(page).phenomenon, "relative_humidity");
    await page.locator("#history-title", { hasText: "Humidity" }).waitFor();
    await picture(page, "humidity");
    await page.goBack();
    await page.locator("#history-title", { hasText: "Air temperature" }).waitFor();
    assert.equal(await page.locator("#phenomenon").inputValue(), "air_temperature");
  });
});

test("a hive has its weather, its chores and an address to share", async () => {
  await visit(browser, hivebox, {}, async (page) => {
    await page.locator("#coordinates").fill("52,52 13,41");
    await page.locator("#coordinates").press("Enter");
    await page.locator("#chores [data-chore]").first().waitFor();
    assert.deepEqual(parametersOf(page), { lat: "52.52", lon: "13.41" });
    const { chores } = await json(`${hivebox}/api/v1/chores?lat=52.52&lon=13.41`);
    const shown = await page.locator("#chores [data-chore]").evaluateAll((items) => items.map((item) => item.dataset.chore));
    assert.deepEqual(shown.sort(), chores.map(({ chore }) => chore).sort());
    const verdicts = await page.locator("#chores [data-chore]").evaluateAll((items) => items.map((item) => item.dataset.verdict));
    assert.ok(verdicts.every((verdict) => ["go", "caution", "no", "unknown"].includes(verdict)), verdicts.join());
    // The form is open by day, when some chore needs the reader's word.
    const form = page.locator("#chores .telling");
    if (!(await form.evaluate((details) => details.open))) await form.locator("summary").click();
    await page.locator("#told-broodless").selectOption("true");
    await eventually("the observation in the address", () => parametersOf(page).broodless === "true");
    await picture(page, "hive", { fullPage: true });
    // A reader who opens the shared address sees the same.
    await visit(browser, page.url(), {}, async (other) => {
      await other.locator("#chores [data-chore]").first().waitFor();
      await other.locator("#hive-place", { hasText: "Berlin" }).waitFor();
      assert.equal(await other.locator("#told-broodless").inputValue(), "true");
    });
    await page.locator("#hive-forget").click();
    await page.locator("#pick").waitFor();
    assert.equal(parametersOf(page).lat, undefined);
    await eventually("the focus in the search", () => page.evaluate(() => document.activeElement.id === "coordinates"));
  });
});

test("chores out of season are one sentence, and rows are short", async () => {
  await visit(browser, dashboard({ lat: "52.52", lon: "13.41" }), { viewport: { width: 390, height: 844 } }, async (page) => {
    // The simulation's weather follows the calendar, so the groups depend on the day of the test.
    const { chores } = await json(`${hivebox}/api/v1/chores?lat=52.52&lon=13.41`);
    await page.locator("#chores [data-chore]").first().waitFor();
    const rows = page.locator("#chores li[data-chore]");
    assert.equal(await rows.count(), chores.length);
    const isWinter = [10, 11, 0, 1].includes(new Date().getUTCMonth());
    assert.equal(await page.locator("#chores-season li[data-chore=leave_in_heat]").count(), isWinter ? 1 : 0);
    const tall = await page.locator("#chores summary").evaluateAll((all) =>
      all.filter((each) => each.checkVisibility() && (each.offsetHeight < 44 || each.offsetHeight > 72)).map((each) => each.innerText),
    );
    assert.deepEqual(tall, []);
    const names = await page.locator("summary").evaluateAll((all) => all.filter((each) => each.checkVisibility()).map((each) => each.innerText));
    assert.equal(new Set(names).size, names.length, names.join(" | "));
  });
});

const tabs = (page) => page.locator("#hives .tab:not(#hive-add)").evaluateAll((all) => all.map((tab) => tab.querySelector("span").innerText));

test("hives are kept in tabs, and the page opens with the one shown last", async () => {
  await visit(browser, hivebox, {}, async (page) => {
    await page.locator("#coordinates").fill("pots");
    await page.locator("[role=option]", { hasText: "Potsdam" }).click();
    await page.locator("#answer[data-verdict]").waitFor();
    await page.locator("#hive-rename").click();
    await page.locator("#hive-name").fill("Garden");
    await page.keyboard.press("Enter");
    await page.locator("#hive-add").click();
    await page.locator("#coordinates").fill("53.17, 9.92");
    await page.keyboard.press("Enter");
    await eventually("two tabs", async () => (await tabs(page)).length === 2);
    await eventually("the town's name", async () => !(await tabs(page)).join().includes("°"));
    const places = await tabs(page);
    assert.equal(places[0], "Garden");
    await page.locator("#hives .tab.is-no, #hives .tab.is-go, #hives .tab.is-caution, #hives .tab.is-unknown").nth(1).waitFor();
    await page.goto(hivebox);
    await page.locator("#answer[data-verdict]").waitFor();
    // A place has its coordinates as its name until the names of towns have loaded.
    await eventually("the same tabs", async () => (await tabs(page)).join() === places.join());
    assert.equal(parametersOf(page).lat, "53.17");
    const cut = await page.locator("#hives .tab > span:first-of-type").evaluateAll((all) => all.filter((each) => each.scrollWidth > each.clientWidth).length);
    assert.equal(cut, 0, "a name of a usual length is not cut off");
    await page.setViewportSize({ width: 320, height: 700 });
    await page.goto(`${hivebox}/dashboard?lat=-33.87&lon=151.21`);
    await page.locator("#answer[data-verdict]").waitFor();
    await eventually("the shown hive in sight", () =>
      page.locator("#hives").evaluate((nav) => {
        const [whole, tab] = [nav, nav.querySelector("[aria-pressed=true]")].map((each) => each.getBoundingClientRect());
        return tab.left >= whole.left - 1 && tab.right <= whole.right + 1;
      }),
    );
    await page.locator("#hives .tab", { hasText: "Garden" }).click();
    await eventually("the garden in the address", () => parametersOf(page).lat === "52.4");
    await picture(page, "hives");
  });
});

test("what the reader sees of rain and wind counts for the verdict, and can be taken back", async () => {
  await visit(browser, dashboard({ lat: "-33.87", lon: "151.21" }), {}, async (page) => {
    await page.locator("#answer[data-verdict]").waitFor();
    const before = await page.locator("#answer").getAttribute("data-verdict");
    const told = page.waitForResponse((response) => response.url().includes("/api/v1/chores") && response.url().includes("rain=yes"));
    await page.locator("#told-rain-yes").click();
    const { chores } = await (await told).json();
    const { verdict } = chores.find(({ chore }) => chore === "full_inspection");
    await page.locator(`#answer[data-verdict=${verdict}]`).waitFor();
    assert.equal(verdict, "no", "nobody opens a hive in the rain");
    assert.equal(parametersOf(page).rain, undefined, "it expires, so it is not in the address");
    await page.locator("#told-rain-yes[aria-pressed=true]").click();
    await page.locator(`#answer[data-verdict=${before}]`).waitFor();
  });
});

test("the answer says when next, and a strip shows the hours", async () => {
  await visit(browser, dashboard(BERLIN), {}, async (page) => {
    await page.locator("#answer[data-verdict]").waitFor();
    await page.locator("#strip .strip-line:not(.is-past)").waitFor();
    await page.locator(".answer a", { hasText: "Open-Meteo" }).waitFor();
    const { chores } = await json(`${hivebox}/api/v1/chores?lat=52.52&lon=13.41`);
    const { verdict } = chores.find(({ chore }) => chore === "full_inspection");
    if (verdict === "no") await page.locator("#next", { hasText: /^(Next: |Not in the next 7 days)/ }).waitFor();
    const { x, y, width } = await page.locator(".strip-hours").boundingBox();
    await page.mouse.move(x + width * 0.6, y + 40);
    await page.locator("#strip figcaption", { hasText: /\d – \d+ °C, wind / }).waitFor();
  });
});

test("moving a hive asks first and can be undone, and a plain tap never moves it", async () => {
  await visit(browser, hivebox, {}, async (page) => {
    await page.locator("#coordinates").fill("52.52, 13.41");
    await page.keyboard.press("Enter");
    await page.locator("#answer[data-verdict]").waitFor();
    await mapIsDrawn(page);
    const { width, height } = await page.locator("#map").boundingBox();
    // Outside of Berlin, where no box is hit.
    await page.locator("#map").click({ position: { x: width * 0.1, y: height * 0.9 } });
    await page.locator("#map").press("Enter");
    assert.equal(parametersOf(page).lat, "52.52", "neither a tap nor a key moves the hive");
    await page.locator("#hive-move").click();
    await page.locator("#coordinates").fill("Potsdam");
    await page.locator("[role=option]").first().waitFor();
    await page.keyboard.press("Enter");
    await page.locator("#move-dialog", { hasText: "Potsdam" }).waitFor();
    await picture(page, "move");
    assert.equal(parametersOf(page).lat, "52.52", "the move waits for an answer");
    await page.locator("#move-yes").click();
    await eventually("the move", () => parametersOf(page).lat === "52.4");
    await page.locator("#undo").click();
    await eventually("the undone move", () => parametersOf(page).lat === "52.52");
    await page.locator("#hive-forget").click();
    await page.locator("#undo").click();
    await page.locator("#hive-place", { hasText: "Berlin" }).waitFor();
  });
});

test("an unknown town, an unknown box and an unknown phenomenon are explained, not tried again", async () => {
  const isExpected = (fault) => fault.includes("404");
  await visit(browser, dashboard({ box: "000000000000000000000000", phenomenon: "moonlight" }), {}, async (page) => {
    await page.locator("#box-missing").waitFor();
    assert.equal(await page.locator("#box .button").count(), 0);
    await eventually("the usual phenomenon", async () => (await page.locator("#phenomenon").inputValue()) === "air_temperature");
    await page.locator("#coordinates").fill("Nowhereville");
    await page.keyboard.press("Enter");
    await page.locator("#hive-trouble", { hasText: "No such town" }).waitFor();
  }, isExpected);
});

test("the history at a hive is that of outdoor boxes, in the hive's time", async () => {
  await visit(browser, dashboard({ lat: "-33.87", lon: "151.21" }), {}, async (page) => {
    await page.locator("#answer[data-verdict]").waitFor();
    await page.locator("#hive-place", { hasText: "Sydney" }).waitFor();
    await page.locator("#history").scrollIntoViewIfNeeded();
    await page.locator("#chart canvas, #history-empty").first().waitFor();
    const asked = await page.evaluate(() => performance.getEntriesByType("resource").map(({ name }) => name).filter((name) => name.includes("/api/v1/history")));
    assert.ok(asked.length > 0 && asked.every((url) => new URL(url).searchParams.get("exposure") === "outdoor"), asked.join("\n"));
    await page.locator("#zone", { hasText: "Australia" }).waitFor();
    assert.match(await page.locator("#history-csv").getAttribute("href"), /exposure=outdoor.*&format=csv$/);
    const csv = await fetch(new URL(await page.locator("#history-csv").getAttribute("href"), hivebox));
    assert.match(await csv.text(), /^from,to,phenomenon/);
  });
});

test("the chart compares two places, in the address and in a legend", async () => {
  await visit(browser, dashboard({ lat: "52.52", lon: "13.41" }), {}, async (page) => {
    await page.locator("#history").scrollIntoViewIfNeeded();
    await page.locator("#chart canvas").waitFor();
    assert.equal(await page.locator("#lines").count(), 0);
    await page.locator("#compare").click();
    const second = page.waitForResponse((response) => response.url().includes("/api/v1/history") && response.url().includes("lat=53.5"));
    await page.locator("#compare-place").fill("hamburg");
    await page.locator("#compare-form [role=option]", { hasText: "Hamburg" }).first().click();
    assert.equal((await second).status(), 200);
    await page.locator("#lines li", { hasText: "Hamburg" }).waitFor();
    assert.deepEqual(await page.locator("#lines li").allInnerTexts(), ["Berlin", "Hamburg"]);
    assert.match(parametersOf(page).with, /^53\.5\d*,\d/);
    await eventually("the focus on the button", () => page.evaluate(() => document.activeElement.id === "compare"));
    await page.locator("#history-table").click();
    await page.locator(".buckets th", { hasText: "Average, Hamburg" }).waitFor();
    await picture(page, "compared", { fullPage: true });
    await page.reload();
    await page.locator("#history").scrollIntoViewIfNeeded();
    await page.locator("#lines", { hasText: "Hamburg" }).waitFor();
    await page.locator("#compare").click();
    await page.locator("#compare-form .button", { hasText: "all boxes" }).click();
    assert.equal(parametersOf(page).with, "all");
    await page.locator("#compare-end").click();
    await page.locator("#lines").waitFor({ state: "detached" });
    assert.equal(parametersOf(page).with, undefined);
  });
});

test("the map's view is in the address", async () => {
  await visit(browser, hivebox, {}, async (page) => {
    await mapIsDrawn(page);
    assert.equal(parametersOf(page).map, undefined);
    await page.getByRole("button", { name: "Zoom in" }).click();
    await eventually("the view in the address", () => /^[\d.]+\/-?[\d.]+\/-?[\d.]+$/.test(parametersOf(page).map ?? ""));
    const before = parametersOf(page).map;
    await page.reload();
    await mapIsDrawn(page);
    await page.getByRole("button", { name: "Zoom in" }).click();
    await eventually("another zoom", () => parametersOf(page).map !== before);
    assert.equal(Number(parametersOf(page).map.split("/")[0]), Number(before.split("/")[0]) + 1);
  });
});

test("the wheel scrolls the page, and zooms the map with Ctrl", async () => {
  await visit(browser, hivebox, {}, async (page) => {
    await mapIsDrawn(page);
    const { x, y, width, height } = await page.locator("#map").boundingBox();
    await page.mouse.move(x + width / 2, y + height / 2);
    await page.mouse.wheel(0, 200);
    await page.locator(".gesture").waitFor();
    await eventually("the page to scroll", () => page.evaluate(() => scrollY > 0));
    assert.equal(parametersOf(page).map, undefined);
    await page.keyboard.down("Control");
    await page.mouse.wheel(0, -200);
    await page.keyboard.up("Control");
    await eventually("the zoom in the address", () => parametersOf(page).map !== undefined);
  });
});

test("the address of a hive opens the map centred on it", async () => {
  // The screenshot is for README.md, hence its size.
  await visit(browser, dashboard(BERLIN), { viewport: { width: 1120, height: 700 } }, async (page) => {
    await page.locator("#chores [data-chore]").first().waitFor();
    await mapIsDrawn(page);
    const [map, pin] = [await page.locator("#map").boundingBox(), await page.locator(".hive-pin").boundingBox()];
    // The tip of the pin marks the hive.
    assert.ok(Math.abs(pin.x + pin.width / 2 - (map.x + map.width / 2)) < 3 && Math.abs(pin.y + pin.height - (map.y + map.height / 2)) < 3);
    await page.locator("#hive .values").first().waitFor();
    for (let step = 0; step < 3; step += 1) await page.getByRole("button", { name: "Zoom out" }).click();
    await page.mouse.move(0, 0);
    await picture(page, "readme");
  });
});

test("a click on the map in search of a place, or the browser's location, places the hive", async () => {
  const geolocation = { latitude: BERLIN.lat, longitude: BERLIN.lon };
  await visit(browser, hivebox, { geolocation, permissions: ["geolocation"] }, async (page) => {
    await mapHasLoaded(page);
    await page.locator("#pick").click();
    await clickMiddle(page);
    await page.locator("#hive-place").waitFor();
    const first = parametersOf(page);
    assert.ok(Math.abs(Number(first.lat)) < 60 && Math.abs(Number(first.lon)) < 60, JSON.stringify(first));
    await page.locator("#hive-add").click();
    await page.locator("#locate").click();
    await eventually("the browser's location in the address", () => parametersOf(page).lat === "52.52" && parametersOf(page).lon === "13.41");
  });
});

test("the chart shows the range that is chosen or dragged", async () => {
  // The demo generates its history while the tests run.
  const history = `${hivebox}/api/v1/history?from=-PT2H&lat=52.52&lon=13.41`;
  await eventually("a history", async () => (await json(history)).rows.some(({ count }) => count > 0));
  await visit(browser, dashboard(BERLIN), {}, async (page) => {
    await page.locator("#history").scrollIntoViewIfNeeded();
    await page.locator("#chart canvas").waitFor();
    assert.equal(await page.locator("#range-24h").getAttribute("aria-pressed"), "true");
    const answerFrom = (from) => page.waitForResponse((response) => new URL(response.url()).searchParams.get("from") === from);
    const week = answerFrom("-P7D");
    await page.locator("#range-7d").click();
    assert.equal((await week).status(), 200);
    assert.equal(parametersOf(page).range, "7d");
    const day = answerFrom("-PT24H");
    await page.locator("#range-24h").click();
    await day;
    await page.locator("#chart canvas").waitFor();
    const chart = await page.locator("#chart .u-over").boundingBox();
    const middle = chart.y + chart.height / 2;
    await page.mouse.move(chart.x + chart.width * 0.5, middle);
    await page.mouse.down();
    await page.mouse.move(chart.x + chart.width * 0.9, middle, { steps: 5 });
    await page.mouse.up();
    await page.locator("#stretch").waitFor();
    assert.match(parametersOf(page).range, /^20.*Z\.\.20.*Z$/);
    await page.goBack();
    await page.locator("#range-24h[aria-pressed=true]").waitFor();
    await page.locator("#history-table").click();
    await page.locator("table.buckets tbody tr").nth(2).waitFor();
    await picture(page, "history", { fullPage: true });
  });
});
