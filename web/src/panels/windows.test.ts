import { describe, expect, it } from "vitest";
import { currentWindow, nextWindow, usableWindows } from "./windows";

const minute = 60_000;
const window = (from: number, to: number, verdict = "go") => ({
  from: new Date(from * minute).toISOString(),
  to: new Date(to * minute).toISOString(),
  verdict,
  weakest: null,
  certainty: 0.9,
});

describe("windows of a chore", () => {
  it("that are over or too short are left out", () => {
    expect(usableWindows([window(0, 30), window(60, 70), window(90, 150)], 40 * minute)).toHaveLength(1);
  });

  it("say until when it can be done, and when next", () => {
    const windows = [window(0, 60), window(60, 90), window(90, 200, "caution"), window(300, 400)];
    expect(currentWindow(windows, 10 * minute)?.to).toBe(90 * minute);
    expect(nextWindow(windows, 220 * minute)?.from).toBe(300 * minute);
    expect(currentWindow(windows, 220 * minute)).toBeNull();
    expect(nextWindow([], 0)).toBeNull();
  });
});
