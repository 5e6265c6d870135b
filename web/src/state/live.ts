/**
 * The live stream of presents. `fetch` reads it, because `EventSource` hides heartbeats, and a missing heartbeat is what reveals a dead
 * connection.
 */

import { signal } from "@preact/signals";
import type { LivePresent } from "../api/answers";
import { EventReader, type ServerEvent } from "../api/events";

export type Connection =
  | { readonly state: "connecting" }
  | { readonly state: "open" }
  | { readonly state: "lost"; readonly since: number; readonly retryAt: number };

export const connection = signal<Connection>({ state: "connecting" });
/** The newest present received. */
export const live = signal<LivePresent | null>(null);

/** The server sends at least one byte every 15 s. In milliseconds. */
const SILENCE_LIMIT = 40_000;
const FIRST_WAIT = 2_000;
const LONGEST_WAIT = 30_000;

let lastId = "";
let wait = FIRST_WAIT;
let running: AbortController | null = null;
let timer = 0;

/** Opens the stream and reconnects whenever it breaks. */
export function listen(): void {
  addEventListener("online", reconnect);
  addEventListener("offline", () => running?.abort());
  // Without an open connection the browser can keep the page in its back/forward cache.
  addEventListener("pagehide", () => running?.abort());
  addEventListener("pageshow", (event) => event.persisted && reconnect());
  void connect();
}

/** Reconnects immediately. */
export function reconnect(): void {
  wait = FIRST_WAIT;
  clearTimeout(timer);
  running?.abort();
  void connect();
}

async function connect(): Promise<void> {
  const mine = new AbortController();
  running = mine;
  let watchdog = 0;
  const watch = () => {
    clearTimeout(watchdog);
    watchdog = window.setTimeout(() => mine.abort(), SILENCE_LIMIT);
  };
  const reader = new EventReader();
  try {
    watch();
    const headers = { accept: "text/event-stream", ...(lastId && { "last-event-id": lastId }) };
    const response = await fetch("/api/v1/live", { headers, signal: mine.signal, cache: "no-store" });
    if (!response.ok || !response.body) throw new Error(`live: ${response.status}`);
    connection.value = { state: "open" };
    wait = FIRST_WAIT;
    const pieces = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let piece = await pieces.read(); !piece.done; piece = await pieces.read()) {
      watch();
      reader.read(piece.value).forEach(take);
    }
  } catch {
    // Handled below: the cause of a lost connection makes no difference to the reader.
  }
  clearTimeout(watchdog);
  if (mine === running) lost(reader.retry);
}

function take(event: ServerEvent): void {
  if (event.event !== "present") return;
  lastId = event.id;
  live.value = JSON.parse(event.data) as LivePresent;
}

function lost(retry: number | null): void {
  const before = connection.peek();
  const pause = Math.max(wait, wait === FIRST_WAIT ? Math.min(retry ?? 0, LONGEST_WAIT) : 0);
  wait = Math.min(wait * 2, LONGEST_WAIT);
  connection.value = { state: "lost", since: before.state === "lost" ? before.since : Date.now(), retryAt: Date.now() + pause };
  timer = window.setTimeout(() => void connect(), pause);
}
