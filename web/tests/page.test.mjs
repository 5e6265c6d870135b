/** The page as a whole: what it shows, what it asks for, and how it looks to whom. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { eventually, json, needed, openBrowser, PHONE, picture, visit } from "./browser.mjs";

const hivebox = needed("HIVEBOX_TEST_URL");
let browser;
before(async () => (browser = await openBrowser()));
after(() => browser?.close());

/** Waits until all that a page without a hive shows is there. */
async function whole(page) {
  await page.locator("#temperature").waitFor();
  await page.locator("#map[data-boxes]:not([data-boxes=''])").waitFor();
  await page.locator("#system[data-connection=open][data-level=good]").waitFor();
}

test("the page shows the number that the service tells, its status, and how fresh it is", async () => {
  await visit(browser, hivebox, {}, async (page) => {
    await whole(page);
    // The number may be renewed between the two looks.
    await page.waitForFunction(async () => {
      const told = await (await fetch("/temperature")).json();
      return Number(document.querySelector("#temperature").dataset.celsius) === told["Average temperature"];
    });
    const { "Average temperature": celsius } = await json(`${hivebox}/temperature`);
    const shown = await page.locator("#temperature").innerText();
    assert.match(shown, /^[-−]?\d+\.\d\d?\s*°C$/);
    assert.ok(Math.abs(Number.parseFloat(shown.replace("−", "-")) - celsius) < 1, `${shown} is not ${celsius}`);
    assert.ok(["Cold", "Good", "Hot"].includes(await page.locator("#status").innerText()));
    const fresh = Date.parse(await page.locator("#fresh").getAttribute("datetime"));
    assert.ok(Math.abs(Date.now() - fresh) < 5 * 60_000);
    const { latitude } = await json(`${hivebox}/api/v1/map`);
    assert.equal(await page.locator("#map").getAttribute("data-boxes"), String(latitude.length));
    await picture(page, "wide", { fullPage: true });
  });
});

test("the page is dark for who wants that, by the system or by choice", async () => {
  await visit(browser, hivebox, { colorScheme: "dark" }, async (page) => {
    await whole(page);
    assert.equal(await page.locator("html").getAttribute("data-theme"), "dark");
    assert.ok((await background(page)) < 80);
    await picture(page, "wide-dark", { fullPage: true });
    await page.locator("#theme").selectOption("light");
    assert.equal(await page.locator("html").getAttribute("data-theme"), "light");
    assert.ok((await background(page)) > 180);
    await page.reload();
    assert.equal(await page.locator("html").getAttribute("data-theme"), "light", "the choice is kept");
  });
});

/** How bright the page is, from 0 to 255. */
function background(page) {
  return page.evaluate(() => {
    const [red, green, blue] = getComputedStyle(document.body).backgroundColor.match(/\d+/g).map(Number);
    return (red + green + blue) / 3;
  });
}

test("on a phone nothing is wider than the screen", async () => {
  for (const [name, colorScheme, width] of [["phone", "light", PHONE.width], ["phone-dark", "dark", PHONE.width], ["phone-small", "light", 320]]) {
    const options = { viewport: { ...PHONE, width }, colorScheme, isMobile: true, hasTouch: true, deviceScaleFactor: 2 };
    await visit(browser, `${hivebox}/dashboard?lat=52.52&lon=13.41`, options, async (page) => {
      await whole(page);
      await page.locator("#chores > li").first().waitFor();
      const widths = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
      assert.deepEqual(widths, [width, width]);
      await picture(page, name, { fullPage: true });
    });
  }
});

test("the page speaks German and measures in °F", async () => {
  await visit(browser, `${hivebox}/dashboard?lat=52.52&lon=13.41`, { locale: "de-DE" }, async (page) => {
    await whole(page);
    const firstChore = page.locator("#chores > li h4").first();
    await page.locator("#chores > li h4", { hasText: "Vollständige Durchsicht" }).waitFor();
    assert.match(await page.locator("#chores .reason").first().innerText(), /^(Es |Der Wind |Das lässt sich nicht sagen)/);
    assert.equal(await page.locator("html").getAttribute("lang"), "de");
    assert.match(await page.locator("#temperature").innerText(), /^[-−]?\d+,\d/);
    assert.ok(["Kalt", "Gut", "Heiß"].includes(await page.locator("#status").innerText()));
    const celsius = Number(await page.locator("#temperature").getAttribute("data-celsius"));
    await page.locator("#unit-F").click();
    await page.locator("#temperature", { hasText: "°F" }).waitFor();
    const shown = Number.parseFloat((await page.locator("#temperature").innerText()).replace("−", "-").replace(",", "."));
    assert.ok(Math.abs(shown - (celsius * 1.8 + 32)) < 1, `${shown} °F is not ${celsius} °C`);
    await picture(page, "german-fahrenheit", { fullPage: true });
    await page.locator("#language").selectOption("en");
    assert.equal(await page.locator("html").getAttribute("lang"), "en");
    await eventually("what the service says in English", async () => (await firstChore.innerText()) === "Full inspection");
  });
});

test("who has no script is led to the numbers", async () => {
  await visit(browser, hivebox, { javaScriptEnabled: false }, async (page) => {
    const link = page.locator("noscript a[href='/temperature']");
    assert.ok(await link.isVisible());
    await picture(page, "without-script");
  });
});

test("the service gives the page to a browser, and its policy lets nothing else in", async () => {
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
