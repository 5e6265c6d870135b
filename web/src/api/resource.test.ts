import { signal } from "@preact/signals";
import { afterEach, describe, expect, it, vi } from "vitest";
import { resource } from "./resource";

/** A service that answers each request when the test says so. */
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

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("a resource", () => {
  it("shows the answer for the current path, even if an older answer arrives later", async () => {
    const waiting = service();
    const path = signal<string | null>("/a");
    const shown = resource<string>(() => path.value);
    path.value = "/b";
    expect(waiting.map(({ path }) => path)).toEqual(["/a", "/b"]);
    waiting[1]?.answer(200, "b");
    waiting[0]?.answer(200, "a");
    await expect.poll(() => shown.value).toMatchObject({ data: "b", failure: null, isLoading: false });
  });

  it("keeps its answer during a reload and after a failed one", async () => {
    const waiting = service();
    const shown = resource<string>(() => "/a");
    waiting[0]?.answer(200, "old");
    await expect.poll(() => shown.value.data).toBe("old");
    void shown.reload();
    expect(shown.value).toMatchObject({ data: "old", isLoading: true });
    waiting[1]?.answer(504, { detail: "too late" });
    await expect.poll(() => shown.value).toMatchObject({ data: "old", failure: { kind: "timeout" }, isLoading: false });
    void shown.reload();
    waiting[2]?.answer(200, "new");
    await expect.poll(() => shown.value).toMatchObject({ data: "new", failure: null, isLoading: false });
  });

  it("drops its answer when the service has no current data, unless it is historical", async () => {
    const waiting = service();
    const now = resource<string>(() => "/now");
    const past = resource<string>(() => "/past", { isHistorical: true });
    waiting.forEach(({ path, answer }) => void answer(200, path));
    await expect.poll(() => [now.value.data, past.value.data]).toEqual(["/now", "/past"]);
    const reloads = [now.reload(), past.reload()];
    waiting.slice(2).forEach(({ answer }) => void answer(503, { detail: "There is no answer." }));
    await Promise.all(reloads);
    expect(now.value).toMatchObject({ data: null, answeredAt: null, failure: { kind: "unavailable" } });
    expect(past.value).toMatchObject({ data: "/past", failure: { kind: "unavailable" } });
  });

  it("records when its answer arrived", async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: 1_764_252_000_000 });
    const waiting = service();
    const shown = resource<string>(() => "/a");
    waiting[0]?.answer(200, "a");
    await shown.settled();
    expect(shown.value.answeredAt).toBe(1_764_252_000_000);
  });

  it("drops its answer when its path becomes null", async () => {
    const waiting = service();
    const path = signal<string | null>("/a");
    const shown = resource<string>(() => path.value);
    waiting[0]?.answer(200, "a");
    await expect.poll(() => shown.value.data).toBe("a");
    path.value = null;
    expect(shown.value).toMatchObject({ data: null, answeredAt: null, failure: null, isLoading: false });
    void shown.reload();
    expect(waiting).toHaveLength(1);
  });
});
