import { beforeEach, describe, expect, it, vi } from "vitest";

const garden = { lat: 52.52, lon: 13.41 };
const heath = { lat: 53.17, lon: 9.92 };

/** The hives after the page has loaded with what is stored. */
async function loaded() {
  vi.resetModules();
  return import("./hives");
}

beforeEach(() => {
  const kept = new Map<string, string>();
  vi.stubGlobal("localStorage", {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
  });
});

describe("hives", () => {
  it("are kept for the next visit, which starts with the one shown last", async () => {
    const first = await loaded();
    expect([first.addHive(garden), first.addHive(heath), first.addHive({ ...heath })]).toEqual([true, true, false]);
    first.rememberShown(heath);
    const next = await loaded();
    expect(next.hives.value.map(({ place }) => place)).toEqual([garden, heath]);
    expect(next.lastHive()?.place).toEqual(heath);
  });

  it("can be renamed", async () => {
    const { addHive, renameHive, hives, hiveAt } = await loaded();
    addHive(garden);
    const hive = hiveAt(hives.value, garden);
    if (hive) renameHive(hive, "  Garden ");
    expect((await loaded()).hives.value).toEqual([{ place: garden, name: "Garden" }]);
  });

  it("return where they were after an undone move or removal", async () => {
    const { addHive, moveHive, removeHive, hives, done } = await loaded();
    addHive(garden);
    const [hive] = hives.value;
    if (!hive) throw new Error("no hive");
    moveHive(hive, heath);
    expect(hives.value[0]?.place).toEqual(heath);
    done.value?.undo();
    expect(hives.value).toEqual([hive]);
    removeHive(hive);
    expect(hives.value).toEqual([]);
    done.value?.undo();
    expect(hives.value).toEqual([hive]);
  });

  it("ignore invalid stored text", async () => {
    const { readHives } = await loaded();
    expect(readHives("{")).toEqual([]);
    expect(readHives('[{"lat":91,"lon":0},{"lat":"1","lon":2},null,{"lat":1,"lon":2,"name":3}]')).toEqual([
      { place: { lat: 1, lon: 2 }, name: "" },
    ]);
  });

  it("last as long as the page without storage", async () => {
    vi.stubGlobal("localStorage", undefined);
    const { addHive, lastHive } = await loaded();
    addHive(garden);
    expect(lastHive()?.place).toEqual(garden);
  });
});
