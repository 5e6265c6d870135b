/** What the reader sees at a hive right now: rain and wind. It fills the gaps of the sensors, and expires. */

import { signal } from "@preact/signals";
import { keyOf, type Place } from "./address";
import { now } from "./clock";
import { store, stored } from "./storage";

/** What a reader can tell, by the API's parameters and their values. */
export const TELLABLE = { rain: ["no", "yes"], wind: ["light", "moderate", "strong"] } as const;
export type ToldName = keyof typeof TELLABLE;

export interface Told {
  readonly rain?: string;
  readonly wind?: string;
  /** When the reader told it, in milliseconds since 1970. */
  readonly at: number;
}

const KEY = "told";
/** The API counts such a report for two hours, too. In milliseconds. */
export const LIFETIME = 2 * 3_600_000;

const reports = signal<Readonly<Record<string, Told>>>(readTold(stored(KEY), Date.now()));

/** Reads stored reports and ignores expired and invalid ones. */
export function readTold(text: string | null, at: number): Record<string, Told> {
  try {
    const found = Object.entries(JSON.parse(text ?? "{}") as Record<string, Partial<Told>>);
    const isValid = ([, told]: [string, Partial<Told>]) =>
      typeof told.at === "number" &&
      told.at <= at &&
      at - told.at < LIFETIME &&
      Object.entries(TELLABLE).every(([name, values]) => {
        const value = told[name as ToldName];
        return value === undefined || (values as readonly string[]).includes(value);
      });
    return Object.fromEntries(found.filter(isValid)) as Record<string, Told>;
  } catch {
    return {};
  }
}

/** The report for a place; `null` without one that still counts. */
export function toldAt(place: Place | null): Told | null {
  const told = place && reports.value[keyOf(place)];
  return told && now.value - told.at < LIFETIME ? told : null;
}

/** Takes a report, or takes it back with `null`. */
export function tell(place: Place, name: ToldName, value: string | null): void {
  const { [name]: _, ...others } = toldAt(place) ?? { at: 0 };
  const told = { ...others, ...(value !== null && { [name]: value }), at: Date.now() };
  reports.value = { ...readTold(JSON.stringify(reports.peek()), Date.now()), [keyOf(place)]: told };
  now.value = Date.now();
  store(KEY, JSON.stringify(reports.peek()));
}
