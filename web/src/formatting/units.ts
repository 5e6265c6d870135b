/** Values and units in the reader's notation. HiveBox sends temperatures in °C. */

export type TemperatureUnit = "C" | "F";

/** How the reader wants numbers formatted. */
export interface Formatting {
  readonly locale: string;
  readonly temperature: TemperatureUnit;
}

const NO_BREAK = "\u00a0";
const KILOMETRES_PER_MILE = 1.609344;
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
  mph: 1,
  m: 0,
  ft: 0,
};

/** What readers of °F expect instead of a unit of the API: the same, times a factor, plus an offset. */
const AMERICAN: Readonly<Record<string, { readonly unit: string; readonly factor: number; readonly offset: number }>> = {
  "°C": { unit: "°F", factor: 1.8, offset: 32 },
  "m/s": { unit: "mph", factor: 3.6 / KILOMETRES_PER_MILE, offset: 0 },
  m: { unit: "ft", factor: 1 / 0.3048, offset: 0 },
};

/** Another unit for the reader; `null` if the unit of the API is the reader's. */
function american(unit: string, { temperature }: Formatting) {
  return temperature === "F" ? (AMERICAN[unit] ?? null) : null;
}

/** The unit to show for a unit of the API. */
export function shownUnit(unit: string, formatting: Formatting): string {
  return american(unit, formatting)?.unit ?? unit;
}

/** The number to show for a value. */
export function shownValue(value: number, unit: string, formatting: Formatting): number {
  const other = american(unit, formatting);
  return other ? value * other.factor + other.offset : value;
}

/** The number to show for a difference, such as an uncertainty. */
export function shownDifference(value: number, unit: string, formatting: Formatting): number {
  return value * (american(unit, formatting)?.factor ?? 1);
}

/** A value without its unit. */
export function numberText(value: number, unit: string, formatting: Formatting, digits?: number): string {
  return formatNumber(shownValue(value, unit, formatting), shownUnit(unit, formatting), formatting, digits);
}

/** A value with its unit. */
export function valueText(value: number, unit: string, formatting: Formatting, digits?: number): string {
  return withUnit(numberText(value, unit, formatting, digits), shownUnit(unit, formatting));
}

/** An uncertainty, such as "± 0.5". */
export function uncertaintyText(value: number, unit: string, formatting: Formatting, digits?: number): string {
  return `±${NO_BREAK}${formatNumber(shownDifference(value, unit, formatting), shownUnit(unit, formatting), formatting, digits)}`;
}

/** The size of a difference with its unit, such as "0.4 °C". */
export function differenceText(value: number, unit: string, formatting: Formatting): string {
  const shown = shownUnit(unit, formatting);
  return withUnit(formatNumber(Math.abs(shownDifference(value, unit, formatting)), shown, formatting), shown);
}

/** A value as short as a mark on the map needs it, such as "4°". */
export function groupText(value: number, unit: string, formatting: Formatting): string {
  const shown = shownValue(value, unit, formatting);
  const isTemperature = unit === "°C";
  const text = formatNumber(shown, shownUnit(unit, formatting), formatting, undefined, isTemperature || Math.abs(shown) >= 10 ? 0 : 1);
  return isTemperature ? `${text}°` : text;
}

/** A count with thousands separators. */
export function countText(count: number, formatting: Formatting): string {
  return new Intl.NumberFormat(formatting.locale).format(count);
}

/** A distance: metres below one kilometre, otherwise kilometres. Readers of °F get miles. */
export function distanceText(kilometres: number, formatting: Formatting, digits?: number): string {
  const format = (value: number, digits: number) =>
    new Intl.NumberFormat(formatting.locale, { maximumFractionDigits: digits }).format(value);
  const long = (value: number, unit: string) => withUnit(format(value, digits ?? (value < 10 ? 1 : 0)), unit);
  if (formatting.temperature === "F") return long(kilometres / KILOMETRES_PER_MILE, "mi");
  if (kilometres < 1) return withUnit(format(Math.round(kilometres * 100) * 10, 0), "m");
  return long(kilometres, "km");
}

/** A temperature, a difference of temperatures or a wind speed in a sentence of the API. */
const QUANTITY = /(±\s?)?(-?\d+(?:[.,]\d+)?)\s?(°C|m\/s)/g;

/** Shows the quantities in a sentence of the API in the reader's unit, without meaningless digits: "below 13 °C", "below 55.4 °F". */
export function inReadersUnits(sentence: string, formatting: Formatting): string {
  const numberOf = (text: string) => Number(text.replace(",", "."));
  const all = Array.from(sentence.matchAll(QUANTITY), ([, , number = "", unit = ""]) => ({ value: numberOf(number), unit }));
  return sentence.replace(QUANTITY, (_, plusMinus: string | undefined, number: string, unit: string) => {
    const convert = (value: number) => (plusMinus ? shownDifference : shownValue)(value, unit, formatting);
    const own = numberOf(number);
    const shown = shownUnit(unit, formatting);
    const text = (digits: number) => formatNumber(convert(own), shown, formatting, undefined, digits);
    // The service compares values with two decimals. If 12.96 is below 13, "13.0 is below 13" would be a riddle.
    const isRiddle = all.some(
      (other) => other.unit === unit && other.value !== own && convert(other.value).toFixed(1) === convert(own).toFixed(1),
    );
    return `${plusMinus ?? ""}${withUnit(text(isRiddle ? 2 : 1), shown)}`;
  });
}

function formatNumber(value: number, unit: string, formatting: Formatting, digits?: number, atMost?: number): string {
  const most = atMost ?? digits ?? DIGITS[unit] ?? (Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2);
  const least = atMost === undefined && (digits !== undefined || unit === "°C" || unit === "°F") ? most : 0;
  // Avoids "-0".
  const rounded = Number(value.toFixed(most)) === 0 ? 0 : value;
  const text = new Intl.NumberFormat(formatting.locale, { minimumFractionDigits: least, maximumFractionDigits: most }).format(rounded);
  // A hyphen is too short for a minus sign, and a line may break after it.
  return text.replace("-", "−");
}

function withUnit(number: string, unit: string): string {
  return unit === "°" ? `${number}°` : `${number}${NO_BREAK}${unit}`;
}
