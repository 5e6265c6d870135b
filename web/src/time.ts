/** Moments in a reader's words and zone. */

const STEPS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ["second", 60],
  ["minute", 60],
  ["hour", 24],
  ["day", 30],
  ["month", 12],
  ["year", Infinity],
];

/** How long ago a moment is: "3 minutes ago". The future counts as now. */
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

/** The time of a moment; with its date unless that is today's. */
export function momentText(moment: number, now: number, locale: string): string {
  const isToday = new Date(moment).toDateString() === new Date(now).toDateString();
  return new Intl.DateTimeFormat(locale, isToday ? { timeStyle: "short" } : { dateStyle: "medium", timeStyle: "short" }).format(moment);
}

/** The time of a moment to the second, as when a connection was lost. */
export function exactText(moment: number, locale: string): string {
  return new Intl.DateTimeFormat(locale, { timeStyle: "medium" }).format(moment);
}

/** When a bucket of history begins; without a time if buckets are of days. */
export function bucketText(from: number, length: number, locale: string): string {
  const isOfDays = length >= 82_800_000;
  return new Intl.DateTimeFormat(locale, isOfDays ? { dateStyle: "medium" } : { dateStyle: "short", timeStyle: "short" }).format(from);
}
