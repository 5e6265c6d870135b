/** An answer that a part of the page shows: asked for again when its question changes, or when there is something new. */

import { batch, effect, type ReadonlySignal, signal, untracked } from "@preact/signals";
import { Failure, getJson, TIME_LIMIT } from "./request";

export interface Loaded<T> {
  /** The newest answer to the question; it stays while a newer one is on its way or has failed. */
  readonly data: T | null;
  /** When it came, in milliseconds since 1970. */
  readonly answeredAt: number | null;
  readonly failure: Failure | null;
  readonly isLoading: boolean;
}

export interface Resource<T> extends ReadonlySignal<Loaded<T>> {
  /** Asks again; ends when that is answered, in vain or not. */
  reload(): Promise<void>;
  /** Ends when what is being asked is answered. */
  settled(): Promise<void>;
}

export interface Manners {
  readonly limit?: number;
  /** The answer is of the past: it stays true when the service has none of now. */
  readonly isOfPast?: boolean;
}

const NOTHING = { data: null, answeredAt: null, failure: null, isLoading: false };

/** What `path` answers; nothing while it is `null`. */
export function resource<T>(path: () => string | null, manners: Manners = {}): Resource<T> {
  const loaded = signal<Loaded<T>>(NOTHING);
  let asked: string | null = null;
  let running: AbortController | null = null;
  let answered = Promise.resolve();

  const ask = async () => {
    running?.abort();
    if (asked === null) return;
    const mine = new AbortController();
    running = mine;
    loaded.value = { ...loaded.peek(), isLoading: true };
    try {
      const data = await getJson<T>(asked, manners.limit ?? TIME_LIMIT, mine.signal);
      if (!mine.signal.aborted) loaded.value = { data, answeredAt: Date.now(), failure: null, isLoading: false };
    } catch (error) {
      if (mine.signal.aborted) return;
      const failure = error instanceof Failure ? error : new Failure("broken", null, String(error));
      // Where the service says that there is nothing of now, what was of now is not any more.
      const kept = failure.kind === "unavailable" && !manners.isOfPast ? NOTHING : loaded.peek();
      loaded.value = { ...kept, failure, isLoading: false };
    }
  };
  const reload = () => {
    answered = ask();
    return answered;
  };

  effect(() => {
    const next = path();
    if (next === asked) return;
    untracked(() =>
      batch(() => {
        asked = next;
        running?.abort();
        loaded.value = NOTHING;
        void reload();
      }),
    );
  });

  return Object.assign(loaded, { reload, settled: () => answered });
}
