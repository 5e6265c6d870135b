import { afterEach, describe, expect, it, vi } from "vitest";
import { Failure, getJson, kindOf } from "./request";

const answer = (status: number, body: string) => vi.stubGlobal("fetch", () => Promise.resolve(new Response(body, { status })));
const failure = async (asked: Promise<unknown>): Promise<Failure> => {
  const error: unknown = await asked.then(
    () => new Error("there was an answer"),
    (reason: unknown) => reason,
  );
  if (error instanceof Failure) return error;
  throw error;
};

afterEach(() => vi.unstubAllGlobals());

describe("a request", () => {
  it("returns the answer", async () => {
    answer(200, '{"a":1}');
    expect(await getJson("/x")).toEqual({ a: 1 });
  });

  it("that fails reports the kind and the service's explanation", async () => {
    answer(503, '{"title":"No","detail":"There is no answer yet."}');
    expect(await failure(getJson("/x"))).toMatchObject({ kind: "unavailable", status: 503, message: "There is no answer yet." });
    answer(500, "<html>");
    expect(await failure(getJson("/x"))).toMatchObject({ kind: "broken", message: "" });
  });

  it("times out when no answer comes", async () => {
    vi.stubGlobal(
      "fetch",
      (_: string, { signal }: { signal: AbortSignal }) =>
        new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason as Error))),
    );
    expect((await failure(getJson("/x", 20))).kind).toBe("timeout");
  });

  it("distinguishes a network error from a malformed answer", async () => {
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("Failed to fetch")));
    expect((await failure(getJson("/x"))).kind).toBe("unreachable");
    answer(200, "oops");
    expect((await failure(getJson("/x"))).kind).toBe("broken");
  });

  it.each([
    [404, "not_found"],
    [429, "busy"],
    [503, "unavailable"],
    [504, "timeout"],
    [400, "refused"],
    [500, "broken"],
  ])("with status %d is %s", (status, kind) => {
    expect(kindOf(status)).toBe(kind);
  });
});
