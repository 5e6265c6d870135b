import { describe, expect, it } from "vitest";
import type { Readiness } from "../api/types";
import { en } from "../words/en";
import { type Known, systemState } from "./system";

const now = Date.UTC(2026, 10, 27, 14, 30);
const moment = (minutesAgo: number) => new Date(now - minutesAgo * 60_000).toISOString();
const readiness: Readiness = {
  ready: true,
  draining: false,
  cache_as_of: moment(2),
  boxes_asked: 15_000,
  boxes_failed: 0,
  last_poll_at: moment(2),
  last_poll_error: null,
  cache_error: null,
};
const known: Known = { connection: { state: "open" }, isOnline: true, readiness, asOf: moment(2) };
const state = (change: Partial<Known>, service: Partial<Readiness> = {}) =>
  systemState({ ...known, readiness: { ...readiness, ...service }, ...change }, now, en, { locale: "en-GB", temperature: "C" });

describe("the state of the system", () => {
  it("is good where all is", () => {
    expect(state({})).toEqual({ level: "good", text: en.system.fresh });
  });

  it("says first that the connection is lost, for then nothing else is known", () => {
    const lost = { connection: { state: "lost", since: now, retryAt: now } } as const;
    expect(state(lost, { last_poll_error: "timeout" })).toMatchObject({
      level: "bad",
      text: expect.stringContaining("connection was lost at"),
    });
    expect(state({ ...lost, isOnline: false }).text).toContain("offline");
  });

  it("names the part that is down", () => {
    expect(state({}, { last_poll_error: "timeout" })).toMatchObject({
      level: "warning",
      text: expect.stringContaining("openSenseMap does not answer"),
    });
    expect(state({}, { cache_error: "refused" })).toEqual({ level: "warning", text: en.system.cache });
    expect(state({}, { draining: true, ready: false })).toEqual({ level: "warning", text: en.system.draining });
    expect(state({}, { boxes_failed: 1_200 }).text).toContain("1,200 of 15,000");
  });

  it("tells no data from a start", () => {
    expect(state({}, { ready: false })).toEqual({ level: "bad", text: en.system.none });
    expect(state({}, { ready: false, last_poll_at: null })).toEqual({ level: "pending", text: en.system.starting });
  });

  it("sees that nothing new comes though nobody complains", () => {
    expect(state({}, { cache_as_of: moment(20) })).toMatchObject({ level: "warning", text: expect.stringContaining("nothing new since") });
  });

  it("is pending until the service has answered", () => {
    expect(state({ readiness: null }).level).toBe("pending");
  });
});
