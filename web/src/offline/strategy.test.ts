import { describe, expect, it } from "vitest";
import { keyOf, kindOf, SHELL } from "./strategy";

const ORIGIN = "https://hive.example";
const kind = (path: string, method = "GET") => kindOf(new URL(path, ORIGIN), ORIGIN, method);

describe("a request", () => {
  it("for the page at any address is for the same page", () => {
    expect([kind("/"), kind("/dashboard?lat=1&lon=2")]).toEqual(["page", "page"]);
    expect(keyOf(new URL("/?lat=1", ORIGIN), "page")).toBe(SHELL[0]);
  });

  it("for a dated answer may be answered without a network, by its whole address", () => {
    expect(kind("/api/v1/chores?lat=1&lon=2")).toBe("answer");
    expect(keyOf(new URL("/api/v1/chores?lat=1", ORIGIN), "answer")).toBe("/api/v1/chores?lat=1");
  });

  it("that tells whether the network works is never answered from memory", () => {
    expect([kind("/api/v1/status"), kind("/api/v1/live"), kind("/readyz"), kind("/metrics")]).toEqual(Array(4).fill("other"));
  });

  it("that wants no cache is left alone", () => {
    expect(kindOf(new URL("/api/v1/chores", ORIGIN), ORIGIN, "GET", "no-store")).toBe("other");
    expect(kindOf(new URL("/api/v1/chores", ORIGIN), ORIGIN, "GET", "no-cache")).toBe("answer");
  });

  it("that changes something, or goes elsewhere, is left alone", () => {
    expect([kind("/api/v1/chores", "POST"), kind("https://other.example/dashboard")]).toEqual(["other", "other"]);
  });
});
