import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { follower, isAfter, MAX_JITTER, RETRY_DELAY } from "./follower";

const [first, second, third] = ["2026-11-27T14:00:00Z", "2026-11-27T14:01:00.5Z", "2026-11-27T14:02:00Z"] as const;

/** A page that shows the first present; each refresh shows the next of `answers`. */
function page(...answers: (string | null)[]) {
  let shown: string | null = first;
  const refresh = vi.fn(() => {
    shown = answers.shift() ?? shown;
    return Promise.resolve();
  });
  return { oldest: () => shown, settled: vi.fn(() => Promise.resolve()), refresh };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("a new present", () => {
  it("is requested once, after a random delay", async () => {
    const shown = page(second);
    void follower(shown)(second);
    expect(shown.refresh).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(MAX_JITTER + 2 * RETRY_DELAY);
    expect(shown.refresh).toHaveBeenCalledTimes(1);
  });

  it("is requested only once more if a replica without it answered", async () => {
    const shown = page(first, first, first);
    const follow = follower(shown);
    void follow(second);
    await vi.advanceTimersByTimeAsync(MAX_JITTER);
    expect(shown.refresh).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(RETRY_DELAY);
    expect(shown.refresh).toHaveBeenCalledTimes(2);
    void follow(second);
    await vi.advanceTimersByTimeAsync(10 * RETRY_DELAY);
    expect(shown.refresh).toHaveBeenCalledTimes(2);
  });

  it("is not requested if the running requests return it", async () => {
    const shown = page();
    let answer = () => {};
    shown.settled.mockReturnValue(new Promise<void>((resolve) => (answer = resolve)));
    void follower({ ...shown, oldest: () => second })(second);
    await vi.advanceTimersByTimeAsync(MAX_JITTER);
    answer();
    await vi.advanceTimersByTimeAsync(RETRY_DELAY);
    expect(shown.refresh).not.toHaveBeenCalled();
  });

  it("replaces an older one and is never replaced by it", async () => {
    const shown = page(third);
    const follow = follower(shown);
    void follow(second);
    void follow(third);
    void follow(second);
    await vi.advanceTimersByTimeAsync(MAX_JITTER + 2 * RETRY_DELAY);
    expect(shown.refresh).toHaveBeenCalledTimes(1);
  });
});

describe("a moment", () => {
  it("is compared as a time, not as a text", () => {
    expect(isAfter("2026-11-27T14:00:00.5Z", "2026-11-27T14:00:00Z")).toBe(true);
    expect(isAfter("2026-11-27T14:00:00Z", "2026-11-27T14:00:00.000Z")).toBe(false);
    expect(isAfter(first, null)).toBe(true);
    expect(isAfter(null, null)).toBe(false);
  });
});
