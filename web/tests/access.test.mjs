/** Accessibility: the page with a keyboard and with assistive technology. */

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { eventually, json, needed, openBrowser, PHONE, visit, WIDE } from "./browser.mjs";
import { Wire } from "./wire.mjs";

const hivebox = needed("HIVEBOX_TEST_URL");
const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
let browser;
before(async () => (browser = await openBrowser()));
after(() => browser?.close());

const WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** Runs axe on the page. Playwright injects it through the browser's debugger, which the page's policy does not block. */
async function violations(page) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate((values) => axe.run({ runOnly: { type: "tag", values } }), WCAG);
  return violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html).join("\n  ")}`);
}

/** Expands every collapsed part, including those inside other collapsed parts. */
async function openAll(page) {
  const open = () => {
    const closed = [...document.querySelectorAll("details:not([open]) > summary")];
    for (const summary of closed) summary.click();
    return closed.length === 0;
  };
  await page.waitForFunction(open);
}

for (const colorScheme of ["light", "dark"]) {
  for (const [name, viewport] of [["wide", WIDE], ["phone", PHONE]]) {
    test(`axe finds no violation: ${name}, ${colorScheme}`, async () => {
      const { boxes } = await (await fetch(`${hivebox}/api/v1/boxes?lat=52.52&lon=13.41&radius_km=5&limit=1`)).json();
      await visit(browser, `${hivebox}/dashboard?lat=52.52&lon=13.41&box=${boxes[0].id}`, { viewport, colorScheme }, async (page) => {
        await page.locator("#system[data-level=good]").waitFor();
        await page.locator("#chores [data-chore]").first().waitFor();
        await page.locator("#box-title", { hasText: boxes[0].name }).waitFor();
        await page.locator("#history").scrollIntoViewIfNeeded();
        await page.locator("#chart canvas, #history-empty").first().waitFor();
        await openAll(page);
        assert.deepEqual(await violations(page), []);
      });
    });
  }
}

/** What a reader may have on the screen beside the page itself. */
const STATES = {
  "no hive, with towns found": async (page) => {
    await page.locator("#coordinates").fill("pots");
    await page.locator("[role=option]").first().waitFor();
  },
  "a search without a result": async (page) => {
    await page.locator("#coordinates").fill("qqqq");
    await page.locator("#coordinates").press("Enter");
    await page.locator("#hive-trouble", { hasText: /./ }).waitFor();
  },
  "a hive just removed": async (page) => {
    await keepHive(page);
    await page.locator("#hive-forget").click();
    await page.locator("#undo").waitFor();
  },
  "a hive being renamed": async (page) => {
    await keepHive(page);
    await page.locator("#hive-rename").click();
    await page.locator("#hive-name").waitFor();
  },
  "the question whether to move a hive": async (page) => {
    await keepHive(page);
    await page.locator("#hive-move").click();
    await page.locator("#coordinates").fill("53.55 9.99");
    await page.locator("#coordinates").press("Enter");
    await page.locator("#move-dialog").waitFor();
  },
  "two compared histories": async (page) => {
    await keepHive(page);
    await page.locator("#history").scrollIntoViewIfNeeded();
    await page.locator("#compare").click();
    await page.locator("#compare-form .button", { hasText: "all boxes" }).click();
    await page.locator("#lines").waitFor();
    await page.locator("#compare").click();
  },
};

async function keepHive(page) {
  await page.locator("#coordinates").fill("52.52 13.41");
  await page.locator("#coordinates").press("Enter");
  await page.locator("#chores [data-chore]").first().waitFor();
}

for (const [name, reach] of Object.entries(STATES)) {
  test(`axe finds no violation: ${name}`, async () => {
    for (const colorScheme of ["light", "dark"]) {
      await visit(browser, hivebox, { viewport: PHONE, colorScheme }, async (page) => {
        await page.locator("#system[data-level=good]").waitFor();
        await reach(page);
        assert.deepEqual(await violations(page), []);
      });
    }
  });
}

test("axe finds no violation: without a connection", async () => {
  const wire = await Wire.to(hivebox);
  const isExpected = (fault) => /Failed to load resource|ERR_|fetching the script/.test(fault);
  try {
    await visit(
      browser,
      `${wire.url}/dashboard?lat=52.52&lon=13.41`,
      { viewport: PHONE },
      async (page) => {
        await page.locator("#answer[data-verdict]").waitFor();
        await page.locator("#system[data-level=good]").waitFor();
        wire.cut();
        await page.locator("#system[data-connection=lost]").waitFor();
        await page.locator(".answer.is-old").waitFor();
        assert.deepEqual(await violations(page), []);
      },
      isExpected,
    );
  } finally {
    wire.close();
  }
});

test("on a phone every target is at least 44 px high and wide, and no field makes the page zoom", async () => {
  const { boxes } = await json(`${hivebox}/api/v1/boxes?lat=52.52&lon=13.41&radius_km=10&limit=100`);
  const box = boxes.find(({ readings }) => readings > 0);
  const options = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
  for (const query of ["", `?lat=52.52&lon=13.41&box=${box.id}&with=all`]) {
    await visit(browser, `${hivebox}/dashboard${query}`, options, async (page) => {
      await page.locator("#system[data-level=good]").waitFor();
      if (query) await page.locator("#chores [data-chore]").first().waitFor();
      await page.locator("#history").scrollIntoViewIfNeeded();
      await page.locator("#chart canvas").waitFor();
      await page.locator("#compare").click();
      await openAll(page);
      const small = await page.evaluate(() =>
        [...document.querySelectorAll("a, button, input, select, summary, [role=option]")]
          .filter((each) => each.checkVisibility() && !each.closest(".unseen"))
          .map((each) => ({ each, box: each.getBoundingClientRect(), font: Number.parseFloat(getComputedStyle(each).fontSize) }))
          .filter(({ each, box, font }) => box.height < 43.5 || box.width < 43.5 || (each.matches("input, select") && font < 16))
          .map(({ each, box, font }) => `${each.tagName} ${each.id || each.innerText}: ${box.width} × ${box.height}, ${font} px`),
      );
      assert.deepEqual(small, []);
      assert.equal(await page.locator(".for-mouse").isVisible(), false, "nothing can be dragged on a touch screen");
    });
  }
});

test("every control is reachable by keyboard and shows its focus", async () => {
  await visit(browser, hivebox, {}, async (page) => {
    await page.locator("#map[data-boxes]:not([data-boxes=''])").waitFor();
    await page.keyboard.press("Tab");
    const skip = await page.evaluate(() => [document.activeElement.className, document.activeElement.getBoundingClientRect().top >= 0]);
    assert.deepEqual(skip, ["skip", true], "the first stop is the visible skip link");
    const stops = new Set();
    await eventually("the map to have the focus", async () => {
      await page.keyboard.press("Tab");
      const { id, isSeen } = await page.evaluate(() => {
        const style = getComputedStyle(document.activeElement);
        const isSeen = (style.outlineStyle !== "none" && Number.parseFloat(style.outlineWidth) > 0) || style.boxShadow !== "none";
        return { id: document.activeElement.id, isSeen };
      });
      assert.ok(isSeen, `#${id} must show its focus`);
      stops.add(id);
      return id === "map";
    });
    assert.ok(stops.size < 12, `the map is stop ${stops.size}`);
    for (const id of ["language", "unit-C", "unit-F", "pick", "locate", "coordinates", "phenomenon"]) assert.ok(stops.has(id), `#${id} must be reachable`);
    await page.locator("#in-view").focus();
    await page.keyboard.press("Enter");
    await page.locator(".in-view li button").first().waitFor();
    await page.locator("#map").focus();
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("Enter");
    await page.locator("#hive-place").waitFor();
  });
});
