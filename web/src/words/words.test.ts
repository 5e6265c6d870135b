import { describe, expect, it } from "vitest";
import catalogue from "../../../crates/hivebox-climate/catalogue.toml?raw";
import chores from "../../../crates/hivebox-climate/chores.toml?raw";
import { de } from "./de";
import { en } from "./en";

/** All keys of a dictionary, also those that the compiler does not ask for since they are names of the service. */
function keys(words: object, before = ""): string[] {
  return Object.entries(words).flatMap(([key, value]) =>
    typeof value === "object" && value !== null ? keys(value as object, `${before}${key}.`) : [`${before}${key}`],
  );
}

const slugs = (toml: string, part: string) =>
  [...toml.matchAll(new RegExp(`^\\[\\[${part}\\]\\]\\nslug = "(\\w+)"`, "gm"))].map(([, slug]) => slug ?? "");

describe("the dictionaries", () => {
  it("say the same things", () => {
    expect(keys(de)).toEqual(keys(en));
  });

  it("leave nothing unsaid", () => {
    const empty = (words: object): string[] =>
      keys(words).filter((key) => key.split(".").reduce<unknown>((at, part) => (at as Record<string, unknown>)[part], words) === "");
    expect(empty(de)).toEqual([]);
    expect(empty(en)).toEqual(["chores.original"]);
  });

  it.each([
    ["phenomenon", catalogue],
    ["chore", chores],
    ["input", chores],
  ])("know each %s of the service", (part, toml) => {
    const named = { phenomenon: en.phenomenon.names, chore: en.chores.names, input: en.chores.inputs }[part] ?? {};
    expect(slugs(toml, part).length).toBeGreaterThan(5);
    expect(Object.keys(named).sort()).toEqual(slugs(toml, part).sort());
  });

  it("tell what a chore was judged by, without a claim what of it decided", () => {
    expect(de.chores.reason?.("Lufttemperatur jetzt 9 °C; Wind jetzt 2 m/s", "")).toBe(
      "Beurteilt nach: Lufttemperatur jetzt 9 °C; Wind jetzt 2 m/s.",
    );
    expect(de.chores.reason?.("Wind jetzt 2 m/s", "brutfrei")).toBe("Beurteilt nach: Wind jetzt 2 m/s. Es fehlt: brutfrei.");
    expect(de.chores.reason?.("", "brutfrei")).toBe("Es fehlt: brutfrei.");
  });
});
