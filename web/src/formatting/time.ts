/** Moments in the reader's language and time zone. */

const STEPS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ["second", 60],
  ["minute", 60],
  ["hour", 24],
  ["day", 30],
  ["month", 12],
  ["year", Infinity],
];

/** How long ago a moment was, such as "3 minutes ago". A future moment reads as "now". */
export function agoText(moment: number, now: number, locale: string): string {
  let length = Math.max(0, (now - moment) / 1000);
  if (length < 45) return new Intl.RelativeTimeFormat(locale, { numeric: "auto" }).format(0, "second");
  for (const [unit, next] of STEPS) {
    if (Math.round(length) < next) {
      return new Intl.RelativeTimeFormat(locale, { numeric: "always" }).format(-Math.round(length), unit);
    }
    length /= next;
  }
  return "";
}

/** A length of time in the largest unit that fits, such as "90 minutes" or "1 hour". */
export function durationText(seconds: number, locale: string): string {
  const [unit, length] = seconds % 86_400 === 0 ? ["day", 86_400] : seconds % 3_600 === 0 ? ["hour", 3_600] : ["minute", 60];
  return new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "long", maximumFractionDigits: 1 }).format(seconds / length);
}

/** The time of a moment, with the date unless it is today. */
export function momentText(moment: number, now: number, locale: string): string {
  const isToday = new Date(moment).toDateString() === new Date(now).toDateString();
  return new Intl.DateTimeFormat(locale, isToday ? { timeStyle: "short" } : { dateStyle: "medium", timeStyle: "short" }).format(moment);
}

/** The time of a moment, to the second. */
export function exactText(moment: number, locale: string): string {
  return new Intl.DateTimeFormat(locale, { timeStyle: "medium" }).format(moment);
}

/** The start of a history bucket; buckets of a day show the date only. `length` is in milliseconds. */
export function bucketText(from: number, length: number, locale: string): string {
  // The day on which clocks go forward has 23 hours.
  const isDay = length >= 82_800_000;
  return new Intl.DateTimeFormat(locale, isDay ? { dateStyle: "medium" } : { dateStyle: "short", timeStyle: "short" }).format(from);
}
