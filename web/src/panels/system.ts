/** The state of the system, in one sentence that a person understands. The most important thing that is wrong comes first. */

import type { Readiness } from "../api/types";
import type { Connection } from "../live";
import { exactText, momentText } from "../time";
import { countText, type Manner } from "../units";
import type { Words } from "../words/en";

export interface SystemState {
  readonly level: "good" | "warning" | "bad" | "pending";
  readonly text: string;
}

/** A present is made every five minutes; after three that did not come something is wrong. */
const OLD = 15 * 60_000;

export interface Known {
  readonly connection: Connection;
  readonly isOnline: boolean;
  readonly readiness: Readiness | null;
  readonly asOf: string | null;
}

export function systemState(known: Known, now: number, words: Words, manner: Manner): SystemState {
  const { system } = words;
  const { connection, readiness, asOf } = known;
  const moment = (time: string) => momentText(Date.parse(time), now, manner.locale);
  if (connection.state === "lost") {
    const since = exactText(connection.since, manner.locale);
    return { level: "bad", text: known.isOnline ? system.lost(since) : system.offline(since) };
  }
  if (!readiness) return { level: "pending", text: system.connecting };
  if (!readiness.ready && !readiness.draining) {
    return readiness.last_poll_at ? { level: "bad", text: system.none } : { level: "pending", text: system.starting };
  }
  if (readiness.last_poll_error) return { level: "warning", text: system.stale(moment(readiness.cache_as_of ?? asOf ?? "")) };
  if (readiness.draining) return { level: "warning", text: system.draining };
  const newest = readiness.cache_as_of ?? asOf;
  if (newest && now - Date.parse(newest) > OLD) return { level: "warning", text: system.old(moment(newest)) };
  if (readiness.cache_error) return { level: "warning", text: system.cache };
  const { boxes_asked: asked, boxes_failed: failed } = readiness;
  if (asked && failed) return { level: "warning", text: system.partly(countText(failed, manner), countText(asked, manner)) };
  return { level: "good", text: system.fresh };
}
