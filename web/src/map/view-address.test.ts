import { describe, expect, it } from "vitest";
import { readView, viewText } from "./view-address";

describe("the map's view", () => {
  it("survives in an address", () => {
    const view = { zoom: 9.25, lat: 52.52, lon: -13.41 };
    expect(readView(`?map=${viewText(view)}`)).toEqual(view);
  });

  it("is no closer than the map allows", () => {
    expect(readView("?map=19/52/13")?.zoom).toBe(18);
  });

  it("has as many digits as its zoom needs", () => {
    expect(viewText({ zoom: 2, lat: 52.5234, lon: 13.4114 })).toBe("2/52.5/13.4");
    expect(viewText({ zoom: 13, lat: 52.52341, lon: 13.41142 })).toBe("13/52.52341/13.41142");
  });

  it.each(["", "?map=", "?map=9/91/0", "?map=-1/1/1", "?map=a/b/c", "?map=1/2"])("is ignored if malformed: %s", (search) => {
    expect(readView(search)).toBeNull();
  });
});
