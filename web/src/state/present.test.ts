import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { REPEAT_AFTER, SPREAD } from "./follower";

// Settings are of a browser, which there is none of here.
vi.mock("./settings", () => ({ language: { value: "en" } }));

const [older, newer] = ["2026-11-27T14:00:00Z", "2026-11-27T14:05:00Z"] as const;
const number = (celsius: number) => ({ "Average temperature": celsius, status: "Good" });
const present = (as_of: string, celsius: number) => ({ as_of, temperature: number(celsius), count: 3, boxes: 4 });

/** A service whose answers a test can change: its present's moment, its number, and whether that may still be told. */
const service = { asOf: older as string, celsius: 5, freshness: "fresh" };

function answer(path: string): Response {
  const { asOf, celsius, freshness } = service;
  if (path.endsWith("/status")) return Response.json({ as_of: asOf, freshness });
  if (freshness === "none") return Response.json({ detail: "There is none." }, { status: 503 });
  if (path === "/temperature") return Response.json(number(celsius));
  return Response.json({ as_of: asOf, phenomena: [] });
}

/** The page as it is after its first answers and the first event of its stream. */
async function page() {
  const { live, connection } = await import("../live");
  const state = await import("./present");
  connection.value = { state: "open" };
  live.value = present(older, 5);
  state.keepFresh();
  await vi.advanceTimersByTimeAsync(SPREAD);
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

describe("what is shown", () => {
  it("goes on being renewed where the stream is lost", async () => {
    const { connection, celsius, asOf, STATUS_EVERY } = await page();
    connection.value = { state: "lost", since: Date.now(), retryAt: Date.now() };
    Object.assign(service, { asOf: newer, celsius: 21 });
    await vi.advanceTimersByTimeAsync(STATUS_EVERY + SPREAD);
    expect(celsius()).toBe(21);
    expect(asOf.value).toBe(newer);
  });

  it("is nothing once the service must not tell it any more, though no event says so", async () => {
    const { celsius, chores, conditions, mapColumns, phenomena, asOf, STATUS_EVERY } = await page();
    expect(chores.value.data).not.toBeNull();
    service.freshness = "none";
    await vi.advanceTimersByTimeAsync(STATUS_EVERY + SPREAD);
    expect([celsius(), asOf.value]).toEqual([undefined, null]);
    expect([chores, conditions, mapColumns, phenomena].map((each) => each.value.data)).toEqual([null, null, null, null]);
    Object.assign(service, { asOf: newer, celsius: 21, freshness: "fresh" });
    await vi.advanceTimersByTimeAsync(STATUS_EVERY + SPREAD);
    expect(celsius()).toBe(21);
    expect(chores.value.data).not.toBeNull();
  });

  it("is what the stream says where a replica answers that is behind, until that has caught up", async () => {
    const { live, celsius, asOf, phenomena } = await page();
    live.value = present(newer, 21);
    await vi.advanceTimersByTimeAsync(SPREAD);
    expect([celsius(), asOf.value, phenomena.value.data?.as_of]).toEqual([21, newer, older]);
    service.asOf = newer;
    await vi.advanceTimersByTimeAsync(REPEAT_AFTER);
    expect(phenomena.value.data?.as_of).toBe(newer);
  });
});
