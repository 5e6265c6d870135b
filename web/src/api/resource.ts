/** The answer shown by a part of the page, requested again when its path changes or a reload is called for. */

import { batch, effect, type ReadonlySignal, signal, untracked } from "@preact/signals";
import { Failure, getJson, TIME_LIMIT } from "./request";

export interface ResourceState<T> {
  /** The newest answer for the path; it stays during a reload and after a failed one. */
  readonly data: T | null;
  /** When the answer arrived, in milliseconds since 1970. */
  readonly answeredAt: number | null;
  readonly failure: Failure | null;
  readonly isLoading: boolean;
}

export interface Resource<T> extends ReadonlySignal<ResourceState<T>> {
  /** Requests the answer again; resolves once that has succeeded or failed. */
  reload(): Promise<void>;
  /** Resolves once the running request has succeeded or failed. */
  settled(): Promise<void>;
}

export interface ResourceOptions<T> {
  /** The time limit in milliseconds. */
  readonly limit?: number;
  /** Whether the answer is about the past, and so stays valid while the service has no current data. */
  readonly isHistorical?: boolean;
  /** Requests the answer, instead of as JSON. It fails as `getJson` does. */
  readonly request?: (path: string, limit: number, signal: AbortSignal) => Promise<T>;
}

const NOTHING = { data: null, answeredAt: null, failure: null, isLoading: false };

/** The answer for `path()`; no request is made while that is `null`. */
export function resource<T>(path: () => string | null, options: ResourceOptions<T> = {}): Resource<T> {
  const loaded = signal<ResourceState<T>>(NOTHING);
  const request = options.request ?? getJson<T>;
  let current: string | null = null;
  let running: AbortController | null = null;
  let settled = Promise.resolve();

  const load = async () => {
    running?.abort();
    if (current === null) return;
    const own = new AbortController();
    running = own;
    loaded.value = { ...loaded.peek(), isLoading: true };
    try {
      const data = await request(current, options.limit ?? TIME_LIMIT, own.signal);
      if (!own.signal.aborted) loaded.value = { data, answeredAt: Date.now(), failure: null, isLoading: false };
    } catch (error) {
      if (own.signal.aborted) return;
      const failure = error instanceof Failure ? error : new Failure("broken", null, String(error));
      // If the service has no current data, the previous answer is no longer current either.
      const kept = failure.kind === "unavailable" && !options.isHistorical ? NOTHING : loaded.peek();
      loaded.value = { ...kept, failure, isLoading: false };
    }
  };
  const reload = () => {
    settled = load();
    return settled;
  };

  effect(() => {
    const next = path();
    if (next === current) return;
    untracked(() =>
      batch(() => {
        current = next;
        running?.abort();
        loaded.value = NOTHING;
        void reload();
      }),
    );
  });

  return Object.assign(loaded, { reload, settled: () => settled });
}
