import { describe, expect, it } from "vitest";
import { differenceText, distanceText, type Formatting, groupText, inReadersUnits, numberText, uncertaintyText, valueText } from "./units";

const english: Formatting = { locale: "en", temperature: "C" };
const american: Formatting = { locale: "en-US", temperature: "F" };
const german: Formatting = { locale: "de", temperature: "C" };
const plain = (text: string) => text.replaceAll("\u00a0", " ");

describe("a value", () => {
  it("is in the reader's unit and notation", () => {
    expect(plain(valueText(8.66, "°C", english))).toBe("8.7 °C");
    expect(plain(valueText(8.66, "°C", american))).toBe("47.6 °F");
    expect(plain(valueText(8.66, "°C", german))).toBe("8,7 °C");
  });

  it("has miles per hour and feet beside °F", () => {
    expect(plain(valueText(4.84, "m/s", american))).toBe("10.8 mph");
    expect(plain(valueText(4.84, "m/s", english))).toBe("4.84 m/s");
    expect(plain(valueText(35, "m", american))).toBe("115 ft");
    expect(plain(uncertaintyText(1, "m/s", american))).toBe("± 2.2");
  });

  it("of most units is the same for all readers", () => {
    expect(plain(valueText(1013.25, "hPa", american))).toBe("1,013.3 hPa");
  });

  it("has one decimal if it is a temperature, otherwise only significant ones", () => {
    expect(numberText(9, "°C", english)).toBe("9.0");
    expect(numberText(9, "µg/m³", english)).toBe("9");
    expect(numberText(0.125, "mm/h", english)).toBe("0.13");
    expect(numberText(123.4, "µg/m³", english)).toBe("123");
  });

  it("is never negative zero", () => {
    expect(numberText(-0.04, "°C", english)).toBe("0.0");
  });
});

describe("a value on the map", () => {
  it("is short, and a temperature has a degree sign", () => {
    expect(groupText(4.4, "°C", english)).toBe("4°");
    expect(groupText(-0.4, "°C", english)).toBe("0°");
    expect(groupText(4.4, "°C", american)).toBe("40°");
    expect(groupText(1013.25, "hPa", german)).toBe("1.013");
    expect(groupText(2.34, "m/s", german)).toBe("2,3");
  });
});

describe("an uncertainty", () => {
  it("is converted as a difference, without adding 32", () => {
    expect(plain(uncertaintyText(0.5, "°C", american))).toBe("± 0.9");
  });
});

describe("a difference", () => {
  it("is converted without adding 32, and has no sign", () => {
    expect(plain(differenceText(-0.5, "°C", american))).toBe("0.9 °F");
    expect(plain(differenceText(-7.2, "%", german))).toBe("7 %");
  });
});

describe("a negative value", () => {
  it("has a minus sign, not a hyphen", () => {
    expect(plain(valueText(-0.35, "°C", german))).toBe("−0,4 °C");
    expect(plain(inReadersUnits("It is -0.35 °C.", english))).toBe("It is −0.4 °C.");
  });
});

describe("a sentence of the API", () => {
  it("shows temperatures in the reader's unit", () => {
    const sentence = "It is 9.32 °C; below 13 °C the hive stays shut. The wind blows at 3 m/s.";
    expect(plain(inReadersUnits(sentence, american))).toBe("It is 48.8 °F; below 55.4 °F the hive stays shut. The wind blows at 6.7 mph.");
    expect(plain(inReadersUnits(sentence, english))).toBe("It is 9.3 °C; below 13 °C the hive stays shut. The wind blows at 3 m/s.");
  });

  it("may use a decimal comma", () => {
    const sentence = "Es sind 9,32 °C; unter 13 °C bleibt die Beute zu.";
    expect(plain(inReadersUnits(sentence, german))).toBe("Es sind 9,3 °C; unter 13 °C bleibt die Beute zu.");
    expect(plain(inReadersUnits(sentence, { ...german, temperature: "F" }))).toBe("Es sind 48,8 °F; unter 55,4 °F bleibt die Beute zu.");
  });

  it("keeps the digits only where they explain a verdict", () => {
    const sentence = "It is 12.96 °C; below 13 °C the hive stays shut.";
    expect(plain(inReadersUnits(sentence, english))).toBe(sentence);
    expect(plain(inReadersUnits(sentence, american))).toBe("It is 55.3 °F; below 55.4 °F the hive stays shut.");
  });

  it("converts differences as differences", () => {
    expect(plain(inReadersUnits("± 0.5 °C", american))).toBe("± 0.9 °F");
  });
});

describe("a distance", () => {
  it("is in metres below one kilometre", () => {
    expect(plain(distanceText(0.677, english))).toBe("680 m");
    expect(plain(distanceText(3.87, english))).toBe("3.9 km");
    expect(plain(distanceText(33.3, german))).toBe("33 km");
  });

  it("is in miles for readers of °F", () => {
    expect(plain(distanceText(0.677, american))).toBe("0.4 mi");
    expect(plain(distanceText(33.3, american))).toBe("21 mi");
  });
});
