import { signal } from "@preact/signals";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { LEISURE, renewing } from "./renewal";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** A history that shows the first present. */
function shown(isLookedAt: boolean, first: string | null = "first") {
  const newest = signal(first);
  const looks = signal(isLookedAt);
  const renew = vi.fn();
  const end = renewing(newest, looks, renew);
  return { newest, looks, renew, end };
}

describe("what is expensive to ask for", () => {
  it("is renewed for each present, at a moment of its own", async () => {
    vi.spyOn(Math, "random").mockReturnValue(0.5);
    const { newest, renew } = shown(true);
    await vi.advanceTimersByTimeAsync(LEISURE);
    expect(renew).not.toHaveBeenCalled();
    newest.value = "second";
    await vi.advanceTimersByTimeAsync(LEISURE / 2 - 1);
    expect(renew).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(renew).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(2 * LEISURE);
    expect(renew).toHaveBeenCalledTimes(1);
  });

  it("is not asked for again when the page first hears of a present", async () => {
    const { newest, renew } = shown(true, null);
    newest.value = "first";
    await vi.advanceTimersByTimeAsync(2 * LEISURE);
    expect(renew).not.toHaveBeenCalled();
    newest.value = "second";
    await vi.advanceTimersByTimeAsync(LEISURE);
    expect(renew).toHaveBeenCalledTimes(1);
  });

  it("is left alone while nobody looks, and renewed once when somebody does", async () => {
    const { newest, looks, renew } = shown(false);
    newest.value = "second";
    newest.value = "third";
    await vi.advanceTimersByTimeAsync(2 * LEISURE);
    expect(renew).not.toHaveBeenCalled();
    looks.value = true;
    await vi.advanceTimersByTimeAsync(LEISURE);
    expect(renew).toHaveBeenCalledTimes(1);
  });

  it("is not asked for by who has looked away again", async () => {
    const { newest, looks, renew, end } = shown(true);
    newest.value = "second";
    looks.value = false;
    await vi.advanceTimersByTimeAsync(LEISURE);
    looks.value = true;
    end();
    await vi.advanceTimersByTimeAsync(LEISURE);
    expect(renew).not.toHaveBeenCalled();
  });
});
