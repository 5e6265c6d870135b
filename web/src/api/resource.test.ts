import { signal } from "@preact/signals";
import { afterEach, describe, expect, it, vi } from "vitest";
import { resource } from "./resource";

/** Answers each request when the test says so. */
function service() {
  const waiting: { path: string; answer: (status: number, body: unknown) => void }[] = [];
  vi.stubGlobal("fetch", (path: string, { signal }: { signal: AbortSignal }) => {
    return new Promise<Response>((resolve, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason as Error));
      waiting.push({ path, answer: (status, body) => resolve(new Response(JSON.stringify(body), { status })) });
    });
  });
  return waiting;
}

afterEach(() => vi.unstubAllGlobals());

describe("an answer that is shown", () => {
  it("is that of the question now, also if an older one comes late", async () => {
    const waiting = service();
    const path = signal<string | null>("/a");
    const shown = resource<string>(() => path.value);
    path.value = "/b";
    expect(waiting.map(({ path }) => path)).toEqual(["/a", "/b"]);
    waiting[1]?.answer(200, "b");
    waiting[0]?.answer(200, "a");
    await vi.waitFor(() => expect(shown.value).toEqual({ data: "b", failure: null, isLoading: false }));
  });

  it("stays while a newer one is on its way, and when that fails", async () => {
    const waiting = service();
    const shown = resource<string>(() => "/a");
    waiting[0]?.answer(200, "old");
    await vi.waitFor(() => expect(shown.value.data).toBe("old"));
    shown.reload();
    expect(shown.value).toMatchObject({ data: "old", isLoading: true });
    waiting[1]?.answer(503, { detail: "not now" });
    await vi.waitFor(() => expect(shown.value).toMatchObject({ data: "old", failure: { kind: "unavailable" }, isLoading: false }));
    shown.reload();
    waiting[2]?.answer(200, "new");
    await vi.waitFor(() => expect(shown.value).toEqual({ data: "new", failure: null, isLoading: false }));
  });

  it("is gone with its question", async () => {
    const waiting = service();
    const path = signal<string | null>("/a");
    const shown = resource<string>(() => path.value);
    waiting[0]?.answer(200, "a");
    await vi.waitFor(() => expect(shown.value.data).toBe("a"));
    path.value = null;
    expect(shown.value).toEqual({ data: null, failure: null, isLoading: false });
    shown.reload();
    expect(waiting).toHaveLength(1);
  });
});
