import { afterEach, describe, expect, it, vi } from "vitest";
import { Failure, getJson, kindOf } from "./request";

const answer = (status: number, body: string) => vi.stubGlobal("fetch", () => Promise.resolve(new Response(body, { status })));
const failure = async (asked: Promise<unknown>): Promise<Failure> => {
  const error: unknown = await asked.then(
    () => new Error("it was answered"),
    (reason: unknown) => reason,
  );
  if (error instanceof Failure) return error;
  throw error;
};

afterEach(() => vi.unstubAllGlobals());

describe("a request", () => {
  it("brings what was answered", async () => {
    answer(200, '{"a":1}');
    expect(await getJson("/x")).toEqual({ a: 1 });
  });

  it("that fails says of what kind, with the words of the service", async () => {
    answer(503, '{"title":"No","detail":"There is no answer yet."}');
    expect(await failure(getJson("/x"))).toMatchObject({ kind: "unavailable", status: 503, message: "There is no answer yet." });
    answer(500, "<html>");
    expect(await failure(getJson("/x"))).toMatchObject({ kind: "broken", message: "" });
  });

  it("ends by itself when nobody answers", async () => {
    vi.stubGlobal(
      "fetch",
      (_: string, { signal }: { signal: AbortSignal }) =>
        new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason as Error))),
    );
    expect((await failure(getJson("/x", 20))).kind).toBe("timeout");
  });

  it("tells a network that is gone from an answer that is no JSON", async () => {
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
  ])("a %d is %s", (status, kind) => {
    expect(kindOf(status)).toBe(kind);
  });
});
