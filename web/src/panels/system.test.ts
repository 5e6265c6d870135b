import { describe, expect, it } from "vitest";
import type { Status } from "../api/answers";
import en from "../words/en";
import { type SystemFacts, systemState } from "./system";

const now = new Date(2026, 10, 27, 14, 30).getTime();
const moment = (minutesAgo: number) => new Date(now - minutesAgo * 60_000).toISOString();
const works = { down_since: null };
const down = { down_since: moment(10) };
const status: Status = {
  as_of: moment(2),
  freshness: "fresh",
  max_reading_age_seconds: 3600,
  upstream: works,
  cache: works,
  store: works,
  forecast: {
    source: null,
    down_since: null,
    newest_age_seconds: null,
    cells: 0,
    places_spent_today: 0,
    places_budget: null,
  },
  left_out: {},
  last_poll_at: moment(2),
  readings_by_verdict: {},
  last_stored_at: moment(3),
  store_lag_seconds: 180,
  version: "0.1.0",
  tiles: null,
};
const facts: SystemFacts = {
  connection: { state: "open" },
  isOnline: true,
  status,
  answeredAt: now,
  hasFailed: false,
  pollInterval: 15_000,
  asOf: moment(7),
};
const state = (change: Partial<SystemFacts>, service: Partial<Status> = {}) =>
  systemState({ ...facts, status: { ...status, ...service }, ...change }, now, en, "en-GB");

describe("the state of the system", () => {
  it("is good if everything works", () => {
    expect(state({})).toMatchObject({ level: "good", text: en.system.fresh, isOld: false });
  });

  const lost = { connection: { state: "lost", since: now, retryAt: now }, answeredAt: now - 1 } as const;

  it("reports a lost connection first, with the age of the data, which may precede the loss", () => {
    expect(state(lost, { upstream: down })).toMatchObject({ level: "bad", text: en.system.lost("14:30:00", "14:23"), isOld: true });
    expect(state({ ...lost, isOnline: false })).toMatchObject({ level: "bad", text: en.system.offline("14:30:00", "14:23"), isOld: true });
  });

  it("does not call the page outdated if the service answers without a stream", () => {
    const answers = { ...lost, answeredAt: now + 1 };
    expect(state(answers)).toMatchObject({ level: "warning", text: en.system.polling("15") });
    expect(state(answers, { upstream: down })).toMatchObject({ level: "warning", text: en.system.upstream("14:20", "14:28") });
    expect(state({ ...answers, hasFailed: true })).toMatchObject({ level: "bad", text: en.system.lost("14:30:00", "14:23"), isOld: true });
  });

  it("names the failed part and since when it has been down", () => {
    expect(state({}, { upstream: down, store: down })).toMatchObject({ level: "warning", text: en.system.upstream("14:20", "14:28") });
    expect(state({}, { cache: down })).toMatchObject({ level: "warning", text: en.system.cache("14:20") });
    expect(state({}, { store: down })).toMatchObject({ level: "warning", text: en.system.store("14:20") });
  });

  it("distinguishes missing data from a start", () => {
    expect(state({}, { freshness: "none" })).toMatchObject({ level: "bad", text: en.system.none });
    expect(state({}, { freshness: "none", as_of: null, upstream: down })).toMatchObject({ level: "bad", text: en.system.none });
    expect(state({}, { freshness: "none", as_of: null })).toMatchObject({ level: "pending", text: en.system.starting });
  });

  it("notices stale data even if no part reports a failure", () => {
    expect(state({}, { freshness: "stale" })).toMatchObject({ level: "warning", text: en.system.old("14:28") });
  });

  it("is pending until the service answers or fails to", () => {
    expect(state({ status: null }).level).toBe("pending");
    expect(state({ status: null, hasFailed: true })).toMatchObject({ level: "warning", text: en.system.unknown });
  });
});
