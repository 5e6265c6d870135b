import { describe, expect, it } from "vitest";
import { groupOf } from "./chore-groups";

describe("a chore", () => {
  it("is possible now if it is allowed or needs care", () => {
    expect(groupOf({ verdict: "go", missing: ["broodless"], windows: [] }, 0)).toBe("now");
    expect(groupOf({ verdict: "caution", missing: [], windows: [] }, 0)).toBe("now");
  });

  it("is possible later if the forecast has a window", () => {
    const windows = [{ from: "1970-01-02T00:00:00Z", to: "1970-01-02T02:00:00Z", verdict: "go", weakest: null, certainty: 0.9 }];
    expect(groupOf({ verdict: "no", missing: [], windows }, 0)).toBe("later");
    expect(groupOf({ verdict: "no", missing: [], windows }, 3 * 86_400_000)).toBe("not");
    expect(groupOf({ verdict: "go", missing: [], windows }, 0)).toBe("now");
  });

  it("needs the reader's word only if nothing else is missing", () => {
    expect(groupOf({ verdict: "unknown", missing: ["broodless", "clustered"], windows: [] }, 0)).toBe("word");
    expect(groupOf({ verdict: "unknown", missing: ["broodless", "air_temperature_max_24h"], windows: [] }, 0)).toBe("unknown");
    expect(groupOf({ verdict: "unknown", missing: [], windows: [] }, 0)).toBe("unknown");
    expect(groupOf({ verdict: "no", missing: ["broodless"], windows: [] }, 0)).toBe("not");
  });
});
