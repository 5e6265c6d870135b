import { describe, expect, it } from "vitest";
import type { History } from "../api/answers";
import { HEIGHT, soloPhenomena, sparklineOf, WIDTH } from "./sparkline-shape";

const start = Date.UTC(2026, 11, 1);
const hour = (index: number) => new Date(start + index * 3_600_000).toISOString();
const row = (index: number, mean: number | null, phenomenon = "air_temperature", unit = "°C") =>
  ({ from: hour(index), to: hour(index + 1), phenomenon, unit, count: mean === null ? 0 : 2, mean }) as History["rows"][number];
const day = (rows: History["rows"]) => ({ from: hour(0), to: hour(24), rows });

describe("a sparkline", () => {
  it("spans the day and the values of one phenomenon", () => {
    const found = sparklineOf(day([row(0, 1), row(0, 50, "relative_humidity", "%"), row(1, 3), row(23, 2)]), "air_temperature");
    expect(found).toMatchObject({ low: 1, high: 3, unit: "°C" });
    expect(found?.line.startsWith(`M3.0 ${HEIGHT - 3}.0`)).toBe(true);
    expect(found?.last.x).toBe(WIDTH - 3);
  });

  it("breaks where a sensor was silent", () => {
    expect(
      sparklineOf(day([row(0, 1), row(1, 2), row(2, null), row(3, 3)]), "air_temperature")
        ?.line.match(/[ML]/g)
        ?.join(""),
    ).toBe("MLM");
  });

  it("is flat, but visible, if nothing changes", () => {
    expect(sparklineOf(day([row(0, 5), row(1, 5)]), "air_temperature")?.last.y).toBe(HEIGHT / 2);
  });

  it("needs two hours, and no compass", () => {
    expect(sparklineOf(day([row(0, 5)]), "air_temperature")).toBeNull();
    expect(sparklineOf(day([row(0, 350, "wind_direction", "°"), row(1, 10, "wind_direction", "°")]), "wind_direction")).toBeNull();
  });
});

it("two sensors for the same phenomenon have no sparkline, since the history joins them", () => {
  const sensors = ["pm10", "air_temperature", null, "air_temperature"].map((phenomenon) => ({ phenomenon }));
  expect(soloPhenomena(sensors)).toEqual(["pm10"]);
});
