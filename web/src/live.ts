/** The stream of presents. It is read by `fetch`, since `EventSource` does not tell of heartbeats, by whose absence a dead connection is known. */

import { signal } from "@preact/signals";
import { EventReader, type ServerEvent } from "./api/events";
import type { LivePresent } from "./api/types";

export type Connection =
  | { readonly state: "connecting" }
  | { readonly state: "open" }
  | { readonly state: "lost"; readonly since: number; readonly retryAt: number };

export const connection = signal<Connection>({ state: "connecting" });
/** The newest present that came. */
export const live = signal<LivePresent | null>(null);

/** A stream gets a byte every 15 s at least. */
const SILENCE = 40_000;
const FIRST_WAIT = 2_000;
const LONGEST_WAIT = 30_000;

let lastId = "";
let wait = FIRST_WAIT;
let running: AbortController | null = null;
let timer = 0;

/** Opens the stream and keeps it open. */
export function listen(): void {
  addEventListener("online", reconnect);
  addEventListener("offline", () => running?.abort());
  // Nothing keeps a page that is left from coming back from the browser's memory.
  addEventListener("pagehide", () => running?.abort());
  addEventListener("pageshow", (event) => event.persisted && reconnect());
  void connect();
}

/** Tries again at once. */
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
    watchdog = window.setTimeout(() => mine.abort(), SILENCE);
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
    // Lost, as below: which of the many ways it was lost changes nothing for the reader.
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
