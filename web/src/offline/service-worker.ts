/** The service worker: without a network it answers with the page and the last answers, which the page marks as old. */

import { type Kind, keyOf, kindOf, SHELL } from "./strategy";

/** The parts of a service worker's global scope used here; TypeScript's own types for it exclude those of pages. */
interface WorkerScope {
  readonly location: Location;
  readonly clients: { claim(): Promise<void> };
  skipWaiting(): Promise<void>;
  addEventListener(type: "install" | "activate", listener: (event: { waitUntil(work: Promise<unknown>): void }) => void): void;
  addEventListener(
    type: "fetch",
    listener: (event: { readonly request: Request; respondWith(answer: Promise<Response>): void }) => void,
  ): void;
}

const scope = self as unknown as WorkerScope;
const CACHE = "hivebox-1";
/** Enough for the hives, a few phenomena, and the page. */
const MOST_KEPT = 60;
/** How long a slow network may take before the page is shown from memory, in milliseconds. */
const PATIENCE = 4_000;

scope.addEventListener("install", (event) => {
  const keep = async () => {
    const cache = await caches.open(CACHE);
    await cache.addAll(SHELL.map((path) => new Request(path, { cache: "no-cache" })));
    await scope.skipWaiting();
  };
  event.waitUntil(keep());
});

scope.addEventListener("activate", (event) => {
  const clean = async () => {
    const old = (await caches.keys()).filter((name) => name !== CACHE);
    await Promise.all(old.map((name) => caches.delete(name)));
    await scope.clients.claim();
  };
  event.waitUntil(clean());
});

scope.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  const kind = kindOf(url, scope.location.origin, event.request.method, event.request.cache);
  if (kind !== "other") event.respondWith(answer(event.request, keyOf(url, kind), kind));
});

/** The network's answer, or the last one if the network has none, or, for the page, none in time. */
async function answer(request: Request, key: string, kind: Kind): Promise<Response> {
  const cache = await caches.open(CACHE);
  const fresh = fetch(request).then(async (response) => {
    if (response.ok) await keep(cache, key, response.clone());
    return response;
  });
  try {
    const late = kind === "answer" ? [] : [rejectAfter(PATIENCE)];
    return await Promise.race([fresh, ...late]);
  } catch (error) {
    const last = await cache.match(key);
    if (last) return last;
    if (kind === "answer") throw error;
    return fresh;
  }
}

async function keep(cache: Cache, key: string, response: Response): Promise<void> {
  // Again at the end of the list, so that the first entries are the oldest.
  await cache.delete(key);
  await cache.put(key, response);
  const keys = await cache.keys();
  const isShell = (request: Request) => (SHELL as readonly string[]).includes(new URL(request.url).pathname);
  const surplus = keys.filter((request) => !isShell(request)).slice(0, Math.max(0, keys.length - MOST_KEPT));
  await Promise.all(surplus.map((request) => cache.delete(request)));
}

function rejectAfter(delay: number): Promise<never> {
  return new Promise((_, reject) => setTimeout(() => reject(new Error("too slow")), delay));
}
