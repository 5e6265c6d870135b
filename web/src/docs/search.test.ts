import { expect, it } from "vitest";
import { matches } from "./search";

it("a search wants all words, in any order and any case", () => {
  const text = "GET /api/v1/history Past weather bbox timezone";
  expect(["", "  ", "HISTORY", "timezone get", "bbo"].map((query) => matches(query, text))).toEqual(Array(5).fill(true));
  expect(["sql", "history sql"].map((query) => matches(query, text))).toEqual([false, false]);
});
