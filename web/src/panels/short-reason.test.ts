import { describe, expect, it } from "vitest";
import type { ChoreInput } from "../api/answers";
import { decidingOf, decisionOf, firstSentence, firstThought } from "./short-reason";

const input = (slug: string, value: number, unit = "°C") => ({ input: slug, value, unit }) as ChoreInput;
const AIR = input("air_temperature", -0.35);

describe("what decides a chore", () => {
  it("is the value in its reason, beside the limit", () => {
    const decision = { input: "air_temperature", value: -0.35, limit: 13, unit: "°C" };
    expect(decisionOf({ reason: "It is -0.35 °C; below 13 °C keep the hive closed.", inputs: [AIR] })).toEqual(decision);
    expect(decisionOf({ reason: "Es sind -0,35 °C; unter 13 °C bleibt die Beute zu.", inputs: [AIR] })).toEqual(decision);
  });

  it("is found among all inputs", () => {
    const inputs = [AIR, input("air_temperature_max_next_24h", 2.58), input("wind_speed", 4.84, "m/s")];
    const reason = "The high of the next 24 hours is 2.58 °C; do not use formic acid below 10 °C. The weather of three days counts.";
    expect(decisionOf({ reason, inputs })?.input).toBe("air_temperature_max_next_24h");
    expect(decisionOf({ reason: "The wind speed is 4.84 m/s; above 3.3 m/s keep it closed.", inputs })?.limit).toBe(3.3);
  });

  it("is not guessed", () => {
    expect(decisionOf({ reason: "It is 14 °C, within 10 °C to 20 °C.", inputs: [input("air_temperature", 14)] })).toBeNull();
    expect(decisionOf({ reason: "It is raining (0.4 mm/h).", inputs: [input("precipitation_rate", 0.4, "mm/h")] })).toBeNull();
    expect(decisionOf({ reason: "It is 4 °C; below 13 °C keep the hive closed.", inputs: [AIR] })).toBeNull();
  });
});

it("the value that a reason begins with is known beside a range, too", () => {
  const inputs = [input("air_temperature_max_next_24h", 25.6), AIR];
  const reason =
    "The high of the next 24 hours is 25.6 °C, within 10 °C to 29.5 °C, and that of the next 72 hours does not exceed 29.5 °C.";
  expect(decidingOf({ reason, inputs })).toEqual({ input: "air_temperature_max_next_24h", value: 25.6, unit: "°C" });
  expect(decidingOf({ reason: "The colony has brood.", inputs })).toBeNull();
});

it("the first sentence of a reason ends at a full stop, not in a number", () => {
  expect(firstSentence("The wind blows at 4.3 m/s; from 5 m/s nobody advises it. A limit is near.")).toBe(
    "The wind blows at 4.3 m/s; from 5 m/s nobody advises it.",
  );
});

it("the first thought of a reason ends at its semicolon or full stop, not in a number", () => {
  expect(firstThought("The colony has brood; dribble oxalic acid only on broodless colonies.")).toBe("The colony has brood");
  expect(firstThought("It is raining (0.4 mm/h) here. Open a hive only when it is dry.")).toBe("It is raining (0.4 mm/h) here");
});
