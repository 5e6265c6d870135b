import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { follower, isAfter, REPEAT_AFTER, SPREAD } from "./follower";

const [first, second, third] = ["2026-11-27T14:00:00Z", "2026-11-27T14:01:00.5Z", "2026-11-27T14:02:00Z"] as const;

/** A page that shows the first present; each refresh brings the next of `answers`. */
function page(...answers: (string | null)[]) {
  let shown: string | null = first;
  const refresh = vi.fn(() => {
    shown = answers.shift() ?? shown;
    return Promise.resolve();
  });
  return { shown: () => shown, settled: vi.fn(() => Promise.resolve()), refresh };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("a new present", () => {
  it("is asked for once, not at the same moment by all pages", async () => {
    const shown = page(second);
    void follower(shown)(second);
    expect(shown.refresh).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(SPREAD + 2 * REPEAT_AFTER);
    expect(shown.refresh).toHaveBeenCalledTimes(1);
  });

  it("is asked for once more where a replica answered that is behind, and then no more", async () => {
    const shown = page(first, first, first);
    const follow = follower(shown);
    void follow(second);
    await vi.advanceTimersByTimeAsync(SPREAD);
    expect(shown.refresh).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(REPEAT_AFTER);
    expect(shown.refresh).toHaveBeenCalledTimes(2);
    void follow(second);
    await vi.advanceTimersByTimeAsync(10 * REPEAT_AFTER);
    expect(shown.refresh).toHaveBeenCalledTimes(2);
  });

  it("is not asked for where it is what is on its way already", async () => {
    const shown = page();
    let answer = () => {};
    shown.settled.mockReturnValue(new Promise<void>((resolve) => (answer = resolve)));
    void follower({ ...shown, shown: () => second })(second);
    await vi.advanceTimersByTimeAsync(SPREAD);
    answer();
    await vi.advanceTimersByTimeAsync(REPEAT_AFTER);
    expect(shown.refresh).not.toHaveBeenCalled();
  });

  it("takes the place of the one before, and never gives way to it", async () => {
    const shown = page(third);
    const follow = follower(shown);
    void follow(second);
    void follow(third);
    void follow(second);
    await vi.advanceTimersByTimeAsync(SPREAD + 2 * REPEAT_AFTER);
    expect(shown.refresh).toHaveBeenCalledTimes(1);
  });
});

describe("a moment", () => {
  it("is compared as a moment, not as a text", () => {
    expect(isAfter("2026-11-27T14:00:00.5Z", "2026-11-27T14:00:00Z")).toBe(true);
    expect(isAfter("2026-11-27T14:00:00Z", "2026-11-27T14:00:00.000Z")).toBe(false);
    expect(isAfter(first, null)).toBe(true);
    expect(isAfter(null, null)).toBe(false);
  });
});
