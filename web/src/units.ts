/** Values with their units, as a reader wants them. HiveBox tells temperatures in °C. */

export type TemperatureUnit = "C" | "F";

/** How a reader wants numbers written. */
export interface Manner {
  readonly locale: string;
  readonly temperature: TemperatureUnit;
}

const NO_BREAK = "\u00a0";
const DIGITS: Readonly<Record<string, number>> = {
  "°C": 1,
  "°F": 1,
  "%": 0,
  hPa: 1,
  lx: 0,
  "°": 0,
  ppm: 0,
  ppb: 0,
  "dB(A)": 0,
  dBm: 0,
  UVI: 1,
  IAQ: 0,
};

/** The unit that is shown for a unit of HiveBox. */
export function shownUnit(unit: string, manner: Manner): string {
  return unit === "°C" && manner.temperature === "F" ? "°F" : unit;
}

/** The number that is shown for a value. */
export function shownValue(value: number, unit: string, manner: Manner): number {
  return shownUnit(unit, manner) === "°F" ? value * 1.8 + 32 : value;
}

/** The number that is shown for a difference, such as an uncertainty. */
export function shownDifference(value: number, unit: string, manner: Manner): number {
  return shownUnit(unit, manner) === "°F" ? value * 1.8 : value;
}

/** A value without its unit. */
export function numberText(value: number, unit: string, manner: Manner, digits?: number): string {
  return written(shownValue(value, unit, manner), shownUnit(unit, manner), manner, digits);
}

/** A value with its unit. */
export function valueText(value: number, unit: string, manner: Manner, digits?: number): string {
  return joined(numberText(value, unit, manner, digits), shownUnit(unit, manner));
}

/** How far the truth may be from a value. */
export function uncertaintyText(value: number, unit: string, manner: Manner, digits?: number): string {
  return `±${NO_BREAK}${written(shownDifference(value, unit, manner), shownUnit(unit, manner), manner, digits)}`;
}

/** A count, with the marks between thousands. */
export function countText(count: number, manner: Manner): string {
  return new Intl.NumberFormat(manner.locale).format(count);
}

/** A distance, in whole metres if it is short. */
export function distanceText(kilometres: number, manner: Manner): string {
  const format = (value: number, digits: number) => new Intl.NumberFormat(manner.locale, { maximumFractionDigits: digits }).format(value);
  if (kilometres < 1) return joined(format(Math.round(kilometres * 100) * 10, 0), "m");
  return joined(format(kilometres, kilometres < 10 ? 1 : 0), "km");
}

/** A sentence of HiveBox with its temperatures in the reader's unit: "below 13 °C" as "below 55.4 °F". */
export function inReadersUnits(sentence: string, manner: Manner): string {
  return sentence.replace(/(±\s?)?(-?\d+(?:[.,]\d+)?)\s?°C/g, (_, plusMinus: string | undefined, number: string) => {
    // As fine as the service says it: it judges by two digits, and 12.96 is not yet 13.
    const digits = Math.max(number.split(/[.,]/)[1]?.length ?? 0, manner.temperature === "F" ? 1 : 0);
    const value = (plusMinus ? shownDifference : shownValue)(Number(number.replace(",", ".")), "°C", manner);
    const text = written(value, shownUnit("°C", manner), manner, undefined, digits);
    return `${plusMinus ?? ""}${joined(text, shownUnit("°C", manner))}`;
  });
}

function written(value: number, unit: string, manner: Manner, digits?: number, atMost?: number): string {
  const most = atMost ?? digits ?? DIGITS[unit] ?? (Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2);
  const least = atMost === undefined && (digits !== undefined || unit === "°C" || unit === "°F") ? most : 0;
  // No "-0".
  const rounded = Number(value.toFixed(most)) === 0 ? 0 : value;
  return new Intl.NumberFormat(manner.locale, { minimumFractionDigits: least, maximumFractionDigits: most }).format(rounded);
}

function joined(number: string, unit: string): string {
  return unit === "°" ? `${number}°` : `${number}${NO_BREAK}${unit}`;
}
