/** The state of the system, in one sentence that a person understands. The most important thing that is wrong comes first. */

import type { Status } from "../api/types";
import type { Connection } from "../live";
import { exactText, momentText } from "../time";
import type { Words } from "../words/en";

export interface SystemState {
  readonly level: "good" | "warning" | "bad" | "pending";
  readonly text: string;
}

export interface Known {
  readonly connection: Connection;
  readonly isOnline: boolean;
  /** What the service says of itself; `null` if it has said nothing yet. */
  readonly status: Status | null;
  /** When it said that, in milliseconds since 1970. */
  readonly answeredAt: number | null;
  /** Whether it was asked in vain. */
  readonly isSilent: boolean;
  /** How often it is asked, in milliseconds. */
  readonly askedEvery: number;
}

export function systemState(known: Known, now: number, words: Words, locale: string): SystemState {
  const { system } = words;
  const { connection, status } = known;
  if (connection.state !== "lost") {
    if (status) return serviceState(status, now, words, locale);
    return known.isSilent ? { level: "warning", text: system.unknown } : { level: "pending", text: system.connecting };
  }
  // Some networks let no stream through, and yet all that is asked for.
  const isAnswering = !known.isSilent && known.answeredAt !== null && known.answeredAt >= connection.since;
  if (status && isAnswering) {
    const state = serviceState(status, now, words, locale);
    return state.level === "good" ? { level: "warning", text: system.polling(String(known.askedEvery / 1000)) } : state;
  }
  const since = exactText(connection.since, locale);
  return { level: "bad", text: known.isOnline ? system.lost(since) : system.offline(since) };
}

/** What the service says of itself. */
function serviceState(status: Status, now: number, { system }: Words, locale: string): SystemState {
  const moment = (time: string | null) => (time === null ? "?" : momentText(Date.parse(time), now, locale));
  const { as_of: asOf, freshness, upstream, cache, store } = status;
  if (freshness === "none") {
    return asOf || upstream.down_since ? { level: "bad", text: system.none } : { level: "pending", text: system.starting };
  }
  if (upstream.down_since) return { level: "warning", text: system.upstream(moment(upstream.down_since), moment(asOf)) };
  if (freshness === "stale") return { level: "warning", text: system.old(moment(asOf)) };
  if (cache.down_since) return { level: "warning", text: system.cache(moment(cache.down_since)) };
  if (store.down_since) return { level: "warning", text: system.store(moment(store.down_since)) };
  return { level: "good", text: system.fresh };
}
