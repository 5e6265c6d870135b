/** How the service worker answers each kind of request. */

/** The page and its files: everything that the first picture needs without a network. */
export const SHELL = [
  "/dashboard",
  "/dashboard/app.js",
  "/dashboard/app.css",
  "/dashboard/map-worker.js",
  "/dashboard/land.json",
  "/dashboard/towns.json",
  "/dashboard/icon.svg",
] as const;

/** Answers worth keeping. They say when they were computed, so the page can tell how old they are. */
const KEPT_ANSWERS = ["/temperature", "/api/v1/phenomena", "/api/v1/map", "/api/v1/conditions", "/api/v1/chores", "/api/v1/forecast"];

export type Kind = "page" | "file" | "answer" | "other";

/**
 * The kind of a request. The status and the live stream are never kept: they tell the page that the network is gone. A request that
 * wants no cache gets none: `/docs` shows what the service answers.
 */
export function kindOf(url: URL, origin: string, method: string, cache?: RequestCache): Kind {
  if (method !== "GET" || url.origin !== origin || cache === "no-store") return "other";
  if (url.pathname === "/" || url.pathname === "/dashboard") return "page";
  if (url.pathname.startsWith("/dashboard/")) return "file";
  return KEPT_ANSWERS.includes(url.pathname) ? "answer" : "other";
}

/** The name under which an answer is kept. Every address of the page is the same page. */
export function keyOf(url: URL, kind: Kind): string {
  return kind === "page" ? "/dashboard" : url.pathname + url.search;
}
