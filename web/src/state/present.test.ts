import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { MAX_JITTER, RETRY_DELAY } from "./follower";

// The real settings need a browser.
vi.mock("./settings", () => ({ language: { value: "en" } }));
// The map's worker needs one, too, so its answers are requested as others are.
vi.mock("../map/ask-worker", () => ({
  ask: async (_: string, { path, limit }: { path: string; limit: number }, signal: AbortSignal) =>
    (await import("../api/request")).getJson(path, limit, signal),
}));

const [older, newer] = ["2026-11-27T14:00:00Z", "2026-11-27T14:05:00Z"] as const;
const temperature = (celsius: number) => ({ "Average temperature": celsius, status: "Good" });
const present = (as_of: string, celsius: number) => ({ as_of, temperature: temperature(celsius), count: 3, boxes: 4, phenomena: {} });

/** A service with changeable answers: when its present was computed, the temperature, and how fresh that is. */
const service = { asOf: older as string, celsius: 5, freshness: "fresh" };

function answer(path: string): Response {
  const { asOf, celsius, freshness } = service;
  if (path.endsWith("/status")) return Response.json({ as_of: asOf, freshness });
  if (freshness === "none") return Response.json({ detail: "No current data." }, { status: 503 });
  if (path === "/temperature") return Response.json(temperature(celsius));
  return Response.json({ as_of: asOf, phenomena: [] });
}

/** The page after its first answers and the first event of its stream. */
async function page() {
  const { live, connection } = await import("./live");
  const state = await import("./present");
  connection.value = { state: "open" };
  live.value = present(older, 5);
  state.keepFresh();
  await vi.advanceTimersByTimeAsync(MAX_JITTER);
  const celsius = () => state.shownTemperature.value?.["Average temperature"];
  expect(celsius()).toBe(5);
  return { ...state, live, connection, celsius };
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.resetModules();
  vi.stubGlobal("location", { search: "?lat=52.52&lon=13.41" });
  vi.stubGlobal("addEventListener", () => {});
  vi.stubGlobal("fetch", (path: string) => Promise.resolve(answer(path)));
  Object.assign(service, { asOf: older, celsius: 5, freshness: "fresh" });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("the page", () => {
  it("keeps refreshing after the stream is lost", async () => {
    const { connection, celsius, asOf, STATUS_INTERVAL } = await page();
    connection.value = { state: "lost", since: Date.now(), retryAt: Date.now() };
    Object.assign(service, { asOf: newer, celsius: 21 });
    await vi.advanceTimersByTimeAsync(STATUS_INTERVAL + MAX_JITTER);
    expect(celsius()).toBe(21);
    expect(asOf.value).toBe(newer);
  });

  it("is cleared once the service has no current data, without an event", async () => {
    const { celsius, chores, conditions, mapSummary, phenomena, asOf, STATUS_INTERVAL } = await page();
    expect(chores.value.data).not.toBeNull();
    service.freshness = "none";
    await vi.advanceTimersByTimeAsync(STATUS_INTERVAL + MAX_JITTER);
    expect([celsius(), asOf.value]).toEqual([undefined, null]);
    expect([chores, conditions, mapSummary, phenomena].map((each) => each.value.data)).toEqual([null, null, null, null]);
    Object.assign(service, { asOf: newer, celsius: 21, freshness: "fresh" });
    await vi.advanceTimersByTimeAsync(STATUS_INTERVAL + MAX_JITTER);
    expect(celsius()).toBe(21);
    expect(chores.value.data).not.toBeNull();
  });

  it("shows the streamed present until a lagging replica has caught up", async () => {
    const { live, celsius, asOf, phenomena } = await page();
    live.value = present(newer, 21);
    await vi.advanceTimersByTimeAsync(MAX_JITTER);
    expect([celsius(), asOf.value, phenomena.value.data?.as_of]).toEqual([21, newer, older]);
    service.asOf = newer;
    await vi.advanceTimersByTimeAsync(RETRY_DELAY);
    expect(phenomena.value.data?.as_of).toBe(newer);
  });
});
