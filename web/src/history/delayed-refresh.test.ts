import { signal } from "@preact/signals";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { MAX_DELAY, refreshWhileVisible } from "./delayed-refresh";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** A history of the first present. */
function history(isVisible: boolean, first: string | null = "first") {
  const newest = signal(first);
  const visible = signal(isVisible);
  const refresh = vi.fn();
  const stop = refreshWhileVisible(newest, visible, refresh);
  return { newest, visible, refresh, stop };
}

describe("an expensive answer", () => {
  it("is refreshed for each present, after a random delay", async () => {
    vi.spyOn(Math, "random").mockReturnValue(0.5);
    const { newest, refresh } = history(true);
    await vi.advanceTimersByTimeAsync(MAX_DELAY);
    expect(refresh).not.toHaveBeenCalled();
    newest.value = "second";
    await vi.advanceTimersByTimeAsync(MAX_DELAY / 2 - 1);
    expect(refresh).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(refresh).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(2 * MAX_DELAY);
    expect(refresh).toHaveBeenCalledTimes(1);
  });

  it("is not refreshed when the page first hears of a present", async () => {
    const { newest, refresh } = history(true, null);
    newest.value = "first";
    await vi.advanceTimersByTimeAsync(2 * MAX_DELAY);
    expect(refresh).not.toHaveBeenCalled();
    newest.value = "second";
    await vi.advanceTimersByTimeAsync(MAX_DELAY);
    expect(refresh).toHaveBeenCalledTimes(1);
  });

  it("is not refreshed while invisible, and refreshed once when visible again", async () => {
    const { newest, visible, refresh } = history(false);
    newest.value = "second";
    newest.value = "third";
    await vi.advanceTimersByTimeAsync(2 * MAX_DELAY);
    expect(refresh).not.toHaveBeenCalled();
    visible.value = true;
    await vi.advanceTimersByTimeAsync(MAX_DELAY);
    expect(refresh).toHaveBeenCalledTimes(1);
  });

  it("is not refreshed if it becomes invisible before the delay ends", async () => {
    const { newest, visible, refresh, stop } = history(true);
    newest.value = "second";
    visible.value = false;
    await vi.advanceTimersByTimeAsync(MAX_DELAY);
    visible.value = true;
    stop();
    await vi.advanceTimersByTimeAsync(MAX_DELAY);
    expect(refresh).not.toHaveBeenCalled();
  });
});
