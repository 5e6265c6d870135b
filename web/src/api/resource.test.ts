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
    await vi.waitFor(() => expect(shown.value).toMatchObject({ data: "b", failure: null, isLoading: false }));
  });

  it("stays while a newer one is on its way, and when that fails", async () => {
    const waiting = service();
    const shown = resource<string>(() => "/a");
    waiting[0]?.answer(200, "old");
    await vi.waitFor(() => expect(shown.value.data).toBe("old"));
    void shown.reload();
    expect(shown.value).toMatchObject({ data: "old", isLoading: true });
    waiting[1]?.answer(504, { detail: "too late" });
    await vi.waitFor(() => expect(shown.value).toMatchObject({ data: "old", failure: { kind: "timeout" }, isLoading: false }));
    void shown.reload();
    waiting[2]?.answer(200, "new");
    await vi.waitFor(() => expect(shown.value).toMatchObject({ data: "new", failure: null, isLoading: false }));
  });

  it("is gone when the service has nothing of now any more, unless it is of the past", async () => {
    const waiting = service();
    const now = resource<string>(() => "/now");
    const past = resource<string>(() => "/past", { isOfPast: true });
    waiting.forEach(({ path, answer }) => void answer(200, path));
    await vi.waitFor(() => expect([now.value.data, past.value.data]).toEqual(["/now", "/past"]));
    const asked = [now.reload(), past.reload()];
    waiting.slice(2).forEach(({ answer }) => void answer(503, { detail: "There is no answer." }));
    await Promise.all(asked);
    expect(now.value).toMatchObject({ data: null, answeredAt: null, failure: { kind: "unavailable" } });
    expect(past.value).toMatchObject({ data: "/past", failure: { kind: "unavailable" } });
  });

  it("tells when it has come, and when it was awaited", async () => {
    const waiting = service();
    const shown = resource<string>(() => "/a");
    const before = Date.now();
    waiting[0]?.answer(200, "a");
    await shown.settled();
    expect(shown.value.answeredAt).toBeGreaterThanOrEqual(before);
  });

  it("is gone with its question", async () => {
    const waiting = service();
    const path = signal<string | null>("/a");
    const shown = resource<string>(() => path.value);
    waiting[0]?.answer(200, "a");
    await vi.waitFor(() => expect(shown.value.data).toBe("a"));
    path.value = null;
    expect(shown.value).toMatchObject({ data: null, answeredAt: null, failure: null, isLoading: false });
    void shown.reload();
    expect(waiting).toHaveLength(1);
  });
});
