/**
 * How long the page keeps its main thread busy, on a desktop and on a phone with a slow network and processor.
 */

import { openPage, PHONE, WIDE } from "./browser.mjs";

/** What browsers' tools call "slow 4G": the latency in milliseconds, the throughput in bytes per second. */
const SLOW_4G = { offline: false, latency: 150, downloadThroughput: 1_600_000 / 8, uploadThroughput: 750_000 / 8 };
/** The limit for the wait for a new map, in milliseconds. */
const NEW_MAP_LIMIT = 600_000;
/** How long after a new present the map may still be busy with it, in milliseconds. */
const AFTER_NEW_MAP = 8_000;

export const READERS = {
  desktop: { options: { viewport: WIDE }, network: null, slowdown: 1 },
  /** The browser slows down the page's main thread, but not its worker. */
  phone: { options: { viewport: PHONE, isMobile: true, hasTouch: true, deviceScaleFactor: 2 }, network: SLOW_4G, slowdown: 4 },
};

/** Records tasks of the main thread above 50 ms, and layout shifts. Runs in the page before its scripts. */
function record() {
  window.tasks = [];
  window.shift = 0;
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) window.tasks.push({ start: startTime, duration });
  }).observe({ type: "longtask", buffered: true });
  new PerformanceObserver((list) => {
    for (const { value, hadRecentInput } of list.getEntries()) if (!hadRecentInput) window.shift += value;
  }).observe({ type: "layout-shift", buffered: true });
  const noteAnswer = () => {
    if (!window.answered && document.querySelector("#answer[data-verdict]")) window.answered = performance.now();
  };
  new MutationObserver(noteAnswer).observe(document, { subtree: true, childList: true, attributes: true });
}

/**
 * Opens the page as a reader with a hive in Berlin. Times are in milliseconds: the first answer, the longest task until the first picture
 * and a second after it, and the longest task while `newMaps` new maps arrive.
 */
export async function tasksOf(browser, address, { options, network, slowdown }, newMaps) {
  const { page, context } = await openPage(browser, "about:blank", options);
  try {
    await page.addInitScript(record);
    const session = await context.newCDPSession(page);
    if (network) {
      await session.send("Network.enable");
      await session.send("Network.emulateNetworkConditions", network);
    }
    if (slowdown > 1) await session.send("Emulation.setCPUThrottlingRate", { rate: slowdown });
    await page.goto(`${address}?lat=52.52&lon=13.41`);
    const first = await page.waitForFunction(() => performance.getEntriesByName("hivebox-first-picture")[0]?.startTime);
    await page.waitForTimeout(1_000);
    const start = await page.evaluate(() => ({ answer: window.answered, shift: window.shift, tasks: window.tasks.splice(0) }));
    const asOf = () => page.evaluate(() => document.querySelector("#fresh")?.getAttribute("datetime"));
    for (let map = 0; map < newMaps; map += 1) {
      const before = await asOf();
      await page.waitForFunction((before) => document.querySelector("#fresh")?.getAttribute("datetime") !== before, before, { timeout: NEW_MAP_LIMIT });
      await page.waitForTimeout(AFTER_NEW_MAP);
    }
    const later = await page.evaluate(() => window.tasks);
    const longest = (tasks) => Math.round(Math.max(0, ...tasks.map(({ duration }) => duration)));
    return {
      first_answer_ms: Math.round(start.answer),
      first_picture_ms: Math.round(await first.jsonValue()),
      layout_shift: Number(start.shift.toFixed(3)),
      longest_task_ms: longest(start.tasks),
      ...(newMaps > 0 && { longest_task_per_new_map_ms: longest(later) }),
    };
  } finally {
    await context.close();
  }
}
