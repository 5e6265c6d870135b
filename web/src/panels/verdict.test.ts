import { describe, expect, it } from "vitest";
import en from "../words/en";
import { levelOf, verdictOf } from "./verdict";

const checks = {
  neighbours: "passed",
  stuck: "not_checked",
  indoor: "passed",
  duplicate: "passed",
  place: "passed",
  chip: "passed",
} as const;

describe("a chore", () => {
  it("has the level of its verdict, or is unknown if the page does not know it", () => {
    expect(["go", "caution", "no", "unknown", "perhaps"].map(levelOf)).toEqual(["go", "caution", "no", "unknown", "unknown"]);
  });
});

describe("a reading", () => {
  it("confirmed by its neighbours is good", () => {
    expect(verdictOf({ verdict: "ok", quality: "confirmed", checks }, en)).toEqual({ level: "go", text: en.box.quality.confirmed });
  });

  it("that failed checks is doubtful, and names each of them", () => {
    const failed = { ...checks, neighbours: "failed", indoor: "failed" } as const;
    const { level, text } = verdictOf({ verdict: "ok", quality: "plausible", checks: failed }, en);
    expect(level).toBe("caution");
    expect(text).toBe(`${en.box.checks.neighbours}; ${en.box.checks.indoor}`);
  });

  it("that is stale does not blame the sensor, an impossible one does", () => {
    expect(verdictOf({ verdict: "stale", quality: null, checks }, en).level).toBe("unknown");
    expect(verdictOf({ verdict: "implausible", quality: null, checks }, en).level).toBe("no");
  });

  it("with an unknown verdict shows its name", () => {
    expect(verdictOf({ verdict: "haunted", quality: null, checks }, en).text).toBe("haunted");
  });
});
