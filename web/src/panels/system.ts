/** The state of the system in one sentence. The most important problem takes precedence. */

import type { Status } from "../api/answers";
import { exactText, momentText } from "../formatting/time";
import type { Connection } from "../state/live";
import type { Words } from "../words/en";

export interface SystemState {
  readonly level: "good" | "warning" | "bad" | "pending";
  readonly text: string;
  /** Whether the page may show data that is out of date. */
  readonly isOld: boolean;
}

export interface SystemFacts {
  readonly connection: Connection;
  readonly isOnline: boolean;
  /** The service's own status; `null` before the first answer. */
  readonly status: Status | null;
  /** When that status arrived, in milliseconds since 1970. */
  readonly answeredAt: number | null;
  /** Whether the last request for the status failed. */
  readonly hasFailed: boolean;
  /** How often the page requests the status, in milliseconds. */
  readonly pollInterval: number;
  /** When the data that the page shows was computed; `null` if it shows none. */
  readonly asOf: string | null;
}

export function systemState(facts: SystemFacts, now: number, words: Words, locale: string): SystemState {
  const { system } = words;
  const { connection, status } = facts;
  if (connection.state !== "lost") {
    if (status) return serviceState(status, now, words, locale);
    return facts.hasFailed
      ? { level: "warning", text: system.unknown, isOld: true }
      : { level: "pending", text: system.connecting, isOld: false };
  }
  // Some networks block the stream but let other requests through.
  const isAnswering = !facts.hasFailed && facts.answeredAt !== null && facts.answeredAt >= connection.since;
  if (status && isAnswering) {
    const state = serviceState(status, now, words, locale);
    return state.level === "good" ? { ...state, level: "warning", text: system.polling(String(facts.pollInterval / 1000)) } : state;
  }
  const since = exactText(connection.since, locale);
  // The data is as old as it was before the connection was lost, which may be older than the loss.
  const asOf = facts.asOf === null ? "?" : momentText(Date.parse(facts.asOf), now, locale);
  return { level: "bad", text: facts.isOnline ? system.lost(since, asOf) : system.offline(since, asOf), isOld: true };
}

/** The state according to the service's own status. */
function serviceState(status: Status, now: number, { system }: Words, locale: string): SystemState {
  const moment = (time: string | null) => (time === null ? "?" : momentText(Date.parse(time), now, locale));
  const { as_of: asOf, freshness, upstream, cache, store } = status;
  if (freshness === "none") {
    return asOf || upstream.down_since
      ? { level: "bad", text: system.none, isOld: true }
      : { level: "pending", text: system.starting, isOld: false };
  }
  if (upstream.down_since) return { level: "warning", text: system.upstream(moment(upstream.down_since), moment(asOf)), isOld: true };
  if (freshness === "stale") return { level: "warning", text: system.old(moment(asOf)), isOld: true };
  if (cache.down_since) return { level: "warning", text: system.cache(moment(cache.down_since)), isOld: false };
  if (store.down_since) return { level: "warning", text: system.store(moment(store.down_since)), isOld: false };
  return { level: "good", text: system.fresh, isOld: false };
}
