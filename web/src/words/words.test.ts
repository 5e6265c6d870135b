import { describe, expect, it } from "vitest";
import catalogue from "../../../crates/hivebox-climate/catalogue.toml?raw";
import en from "./en";
import { DICTIONARIES } from "./languages";

/** All keys of a dictionary, including the API's names, which the compiler does not check. The names of towns differ. */
function keys(words: object, before = ""): string[] {
  return Object.entries(words).flatMap(([key, value]) => {
    if (before === "" && key === "towns") return [];
    return typeof value === "object" && value !== null ? keys(value as object, `${before}${key}.`) : [`${before}${key}`];
  });
}

describe.each(Object.entries(DICTIONARIES))("the dictionary %s", (_, words) => {
  it("has the same keys as the English one", () => {
    expect(keys(words)).toEqual(keys(en));
  });

  it("has no empty text", () => {
    const empty = keys(words).filter(
      (key) => key.split(".").reduce<unknown>((at, part) => (at as Record<string, unknown>)[part], words) === "",
    );
    expect(empty).toEqual([]);
  });
});

describe("the dictionaries", () => {
  it("are found without a list", () => {
    expect(Object.keys(DICTIONARIES)).toEqual(expect.arrayContaining(["de", "en", "fr"]));
  });

  it("name every phenomenon of the service", () => {
    const slugs = [...catalogue.matchAll(/^\[\[phenomenon\]\]\nslug = "(\w+)"/gm)].map(([, slug]) => slug ?? "");
    expect(slugs.length).toBeGreaterThan(5);
    expect(Object.keys(en.phenomenon.names).sort()).toEqual(slugs.sort());
  });
});
