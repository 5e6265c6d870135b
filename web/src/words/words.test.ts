import { describe, expect, it } from "vitest";
import catalogue from "../../../crates/hivebox-climate/catalogue.toml?raw";
import { de } from "./de";
import { en } from "./en";

/** All keys of a dictionary, including the API's names, which the compiler does not check. */
function keys(words: object, before = ""): string[] {
  return Object.entries(words).flatMap(([key, value]) =>
    typeof value === "object" && value !== null ? keys(value as object, `${before}${key}.`) : [`${before}${key}`],
  );
}

describe("the dictionaries", () => {
  it("have the same keys", () => {
    expect(keys(de)).toEqual(keys(en));
  });

  it("have no empty text", () => {
    const empty = (words: object): string[] =>
      keys(words).filter((key) => key.split(".").reduce<unknown>((at, part) => (at as Record<string, unknown>)[part], words) === "");
    expect(empty(de)).toEqual([]);
    expect(empty(en)).toEqual([]);
  });

  it("name every phenomenon of the service", () => {
    const slugs = [...catalogue.matchAll(/^\[\[phenomenon\]\]\nslug = "(\w+)"/gm)].map(([, slug]) => slug ?? "");
    expect(slugs.length).toBeGreaterThan(5);
    expect(Object.keys(en.phenomenon.names).sort()).toEqual(slugs.sort());
  });
});
