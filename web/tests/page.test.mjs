/** The page as a whole: its content, languages, units, themes and policy. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { eventually, json, needed, openBrowser, PHONE, picture, visit } from "./browser.mjs";

const hivebox = needed("HIVEBOX_TEST_URL");
let browser;
before(async () => (browser = await openBrowser()));
after(() => browser?.close());

/** Waits until a page without a hive is complete. */
async function whole(page) {
  await page.locator("#temperature").waitFor();
  await page.locator("#map[data-boxes]:not([data-boxes=''])").waitFor();
  await page.locator("#system[data-connection=open][data-level=good]").waitFor();
}

test("the page shows the service's temperature, its status, and when it was computed", async () => {
  await visit(browser, hivebox, {}, async (page) => {
    await whole(page);
    // A new present may arrive between two reads, so these wait until page and service agree.
    await eventually("the temperature of the service", async () => {
      const { "Average temperature": celsius } = await json(`${hivebox}/temperature`);
      return Number(await page.locator("#temperature").getAttribute("data-celsius")) === celsius;
    });
    await eventually("the time of the service", async () => {
      const { as_of: computed } = await json(`${hivebox}/api/v1/status`);
      return Date.parse(await page.locator("#fresh").getAttribute("datetime")) === Date.parse(computed);
    });
    const { text: shown, celsius } = await shownTemperature(page);
    assert.match(shown, /^[-−]?\d+\.\d\d?\s*°C$/);
    assert.ok(Math.abs(Number.parseFloat(shown.replace("−", "-")) - celsius) < 0.1, `${shown} is not ${celsius}`);
    assert.ok(["Cold", "Good", "Hot"].includes(await page.locator("#status").innerText()));
    const { latitude } = await json(`${hivebox}/api/v1/map`);
    assert.equal(await page.locator("#map").getAttribute("data-boxes"), String(latitude.length));
    await picture(page, "wide", { fullPage: true });
  });
});

/** The temperature as text and in °C, read at the same moment. */
function shownTemperature(page) {
  return page.locator("#temperature").evaluate((element) => ({ text: element.innerText, celsius: Number(element.dataset.celsius) }));
}

test("the foot of the page says how the service is doing", async () => {
  await visit(browser, hivebox, {}, async (page) => {
    const { readings_by_verdict: counts, version } = await json(`${hivebox}/api/v1/status`);
    await page.locator("#service summary").click();
    const facts = page.locator("#service .facts").first();
    await facts.locator("dd", { hasText: version }).waitFor();
    assert.deepEqual(await facts.locator("dt").allInnerTexts(), ["Last poll", "Data as of", "Last stored", "Version"]);
    assert.match(await facts.locator("dd").first().innerText(), /ago|now/);
    const shown = await page.locator("#verdicts dd").allInnerTexts();
    const { ok: used, ...others } = counts;
    assert.ok(used > 0);
    assert.equal(shown.length, Object.values(others).filter((count) => count > 0).length);
    assert.match(await page.locator("#service h3").innerText(), /^[\d,]+ readings count, [\d,]+ readings excluded$/);
    assert.ok(shown.every((count) => /^[\d,]+$/.test(count)), shown.join());
    for (const path of ["/metrics", "/docs"]) {
      const link = page.locator(`#service a[href="${path}"]`);
      await link.waitFor();
      assert.equal((await fetch(`${hivebox}${path}`)).status, 200);
    }
  });
});

test("the page is dark if the system or the reader asks for it", async () => {
  await visit(browser, hivebox, { colorScheme: "dark" }, async (page) => {
    await whole(page);
    assert.equal(await page.locator("html").getAttribute("data-theme"), "dark");
    assert.ok((await background(page)) < 80);
    await picture(page, "wide-dark", { fullPage: true });
    await page.locator("#theme").selectOption("light");
    assert.equal(await page.locator("html").getAttribute("data-theme"), "light");
    assert.ok((await background(page)) > 180);
    await page.reload();
    assert.equal(await page.locator("html").getAttribute("data-theme"), "light", "the choice must be kept");
  });
});

/** The brightness of the page, from 0 to 255. */
function background(page) {
  return page.evaluate(() => {
    const [red, green, blue] = getComputedStyle(document.body).backgroundColor.match(/\d+/g).map(Number);
    return (red + green + blue) / 3;
  });
}

test("on a phone nothing is wider than the screen", async () => {
  const phones = [
    ["phone", "light", PHONE.width, "en-GB"],
    ["phone-dark", "dark", PHONE.width, "en-GB"],
    ["phone-small", "light", 320, "en-GB"],
    ["phone-small-german", "light", 320, "de-DE"],
  ];
  for (const [name, colorScheme, width, locale] of phones) {
    const options = { viewport: { ...PHONE, width }, colorScheme, locale, isMobile: true, hasTouch: true, deviceScaleFactor: 2 };
    await visit(browser, `${hivebox}/dashboard?lat=52.52&lon=13.41`, options, async (page) => {
      await whole(page);
      await page.locator("#chores [data-chore]").first().waitFor();
      const widths = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
      assert.deepEqual(widths, [width, width]);
      await picture(page, name, { fullPage: true });
    });
  }
});

test("the page is available in German and in °F", async () => {
  await visit(browser, `${hivebox}/dashboard?lat=52.52&lon=13.41`, { locale: "de-DE" }, async (page) => {
    await whole(page);
    const inspection = page.locator("#chores [data-chore=full_inspection] .chore-name");
    await page.locator("#chores .chore-name", { hasText: "Vollständige Durchsicht" }).waitFor({ state: "attached" });
    assert.match(await page.locator("#answer .verdict-reason").innerText(), /^(Es |Der Wind |Das lässt sich nicht sagen)/);
    assert.equal(await page.locator("html").getAttribute("lang"), "de");
    assert.match(await page.locator("#temperature").innerText(), /^[-−]?\d+,\d/);
    assert.ok(["Kalt", "Gut", "Heiß"].includes(await page.locator("#status").innerText()));
    await page.locator("#unit-F").click();
    await page.locator("#temperature", { hasText: "°F" }).waitFor();
    const { text, celsius } = await shownTemperature(page);
    const shown = Number.parseFloat(text.replace("−", "-").replace(",", "."));
    assert.ok(Math.abs(shown - (celsius * 1.8 + 32)) < 0.1, `${shown} °F is not ${celsius} °C`);
    await picture(page, "german-fahrenheit", { fullPage: true });
    await page.locator("#language").selectOption("en");
    assert.equal(await page.locator("html").getAttribute("lang"), "en");
    await eventually("the service's texts in English", async () => (await inspection.textContent()) === "Full inspection");
    await page.locator("#language").selectOption("fr");
    await page.locator("#hives").waitFor();
    assert.equal(await page.locator("html").getAttribute("lang"), "fr");
    await page.locator("#chores-title", { hasText: "Au rucher" }).waitFor();
  });
});

/** The first useful pictures: on a slow machine parts arrive one after the other, and none may push another away. */
test("nothing moves while the page loads", async () => {
  for (const [viewport, address] of [
    [PHONE, `${hivebox}/dashboard?lat=52.52&lon=13.41`],
    [{ width: 1280, height: 800 }, `${hivebox}/dashboard?lat=52.52&lon=13.41`],
    [PHONE, hivebox],
  ]) {
    await visit(browser, "about:blank", { viewport }, async (page) => {
      await page.addInitScript(() => {
        window.shifts = [];
        const nameOf = ({ node }) => node?.id || node?.className || node?.nodeName;
        const add = (list) => {
          for (const { value, hadRecentInput, sources } of list.getEntries()) if (!hadRecentInput) window.shifts.push([value, sources.map(nameOf).join()]);
        };
        new PerformanceObserver(add).observe({ type: "layout-shift", buffered: true });
      });
      await page.goto(address);
      await whole(page);
      await page.waitForFunction(() => performance.getEntriesByName("hivebox-first-picture").length > 0);
      const shifts = await page.evaluate(() => window.shifts);
      const sum = shifts.reduce((sum, [value]) => sum + value, 0);
      assert.ok(sum <= 0.05, `${address} moved by ${sum}: ${JSON.stringify(shifts)}`);
    }, (fault) => fault.includes("another host"));
  }
});

test("on a phone the answer comes first, within the first screen", async () => {
  const options = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };
  await visit(browser, `${hivebox}/dashboard?lat=52.52&lon=13.41`, options, async (page) => {
    await page.locator("#answer[data-verdict]").waitFor();
    const { y, height } = await page.locator("#answer").boundingBox();
    assert.ok(y + height < 400, `the answer ends ${y + height} px down the page`);
    const map = await page.locator("#map").boundingBox();
    assert.ok(map.y > y + height);
    const sizes = await page.locator("select, input").evaluateAll((all) => all.map((one) => Number.parseFloat(getComputedStyle(one).fontSize)));
    assert.ok(sizes.every((size) => size >= 16), "smaller fields make phones zoom");
    const low = await page.locator("button, summary, select, input, .quiet, footer a").evaluateAll((all) =>
      all.filter((one) => one.checkVisibility() && one.getBoundingClientRect().height < 44).map((one) => one.outerHTML.slice(0, 120)),
    );
    assert.deepEqual(low, [], "targets are at least 44 px high");
  });
});

test("without JavaScript the page links to the temperature", async () => {
  await visit(browser, hivebox, { javaScriptEnabled: false }, async (page) => {
    const link = page.locator("noscript a[href='/temperature']");
    assert.ok(await link.isVisible());
    await picture(page, "without-script");
  });
});

test("the page's policy blocks inline scripts", async () => {
  await visit(browser, hivebox, {}, async (page) => {
    await whole(page);
    const refused = await page.evaluate(() => {
      const heard = new Promise((done) => addEventListener("securitypolicyviolation", (event) => done(event.effectiveDirective), { once: true }));
      const script = document.createElement("script");
      script.textContent = "window.broken = true";
      document.head.append(script);
      return heard;
    });
    assert.equal(refused, "script-src-elem");
    assert.equal(await page.evaluate(() => window.broken), undefined);
  }, (fault) => fault.includes("Content Security Policy"));
});
