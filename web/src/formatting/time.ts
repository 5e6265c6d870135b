/** Moments in the reader's language, and in the reader's time zone unless another is given. */

/** In milliseconds. */
const DAY = 86_400_000;

const STEPS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ["second", 60],
  ["minute", 60],
  ["hour", 24],
  ["day", 30],
  ["month", 12],
  ["year", Infinity],
];

/** How long ago a moment was, such as "3 minutes ago", or "3 min ago" if short. A future moment reads as "now". */
export function agoText(moment: number, now: number, locale: string, style: Intl.RelativeTimeFormatStyle = "long"): string {
  let length = Math.max(0, (now - moment) / 1000);
  if (length < 45) return new Intl.RelativeTimeFormat(locale, { numeric: "auto" }).format(0, "second");
  for (const [unit, next] of STEPS) {
    if (Math.round(length) < next) {
      return new Intl.RelativeTimeFormat(locale, { numeric: "always", style }).format(-Math.round(length), unit);
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
export function momentText(moment: number, now: number, locale: string, timeZone?: string): string {
  const zone = timeZone === undefined ? {} : { timeZone };
  const day = new Intl.DateTimeFormat("en", { dateStyle: "short", ...zone });
  const isToday = day.format(moment) === day.format(now);
  const style: Intl.DateTimeFormatOptions = isToday ? { timeStyle: "short" } : { dateStyle: "medium", timeStyle: "short" };
  return new Intl.DateTimeFormat(locale, { ...style, ...zone }).format(moment);
}

/** The time of a moment, to the second. */
export function exactText(moment: number, locale: string): string {
  return new Intl.DateTimeFormat(locale, { timeStyle: "medium" }).format(moment);
}

/** The start of a history bucket; buckets of a day show the date only. `length` is in milliseconds. */
export function bucketText(from: number, length: number, locale: string, timeZone?: string): string {
  // The day on which clocks go forward has 23 hours.
  const isDay = length >= 82_800_000;
  const style: Intl.DateTimeFormatOptions = isDay ? { dateStyle: "medium" } : { dateStyle: "short", timeStyle: "short" };
  return new Intl.DateTimeFormat(locale, { ...style, ...(timeZone !== undefined && { timeZone }) }).format(from);
}

/** A stretch of time ahead: "today, 12:40 – 15:10", "Thursday, 12:40 – 15:10", or with both days. */
export function stretchText(from: number, to: number, now: number, locale: string, timeZone: string): string {
  const time = new Intl.DateTimeFormat(locale, { timeStyle: "short", timeZone });
  const start = `${dayText(from, now, locale, timeZone)}, ${time.format(from)}`;
  const isOneDay = startOfDay(from, timeZone) === startOfDay(to - 1, timeZone);
  return `${start} – ${isOneDay ? "" : `${dayText(to, now, locale, timeZone)}, `}${time.format(to)}`;
}

/** A day in the next week by its name, or as "today" and "tomorrow". */
export function dayText(moment: number, now: number, locale: string, timeZone: string): string {
  const days = Math.round((startOfDay(moment, timeZone) - startOfDay(now, timeZone)) / DAY);
  if (days === 0 || days === 1) return new Intl.RelativeTimeFormat(locale, { numeric: "auto" }).format(days, "day");
  return new Intl.DateTimeFormat(locale, { weekday: "long", timeZone }).format(moment);
}

/** The name of a time zone, such as "Australian Eastern Daylight Time". */
export function zoneName(timeZone: string, now: number, locale: string): string {
  const parts = new Intl.DateTimeFormat(locale, { timeZone, timeZoneName: "long" }).formatToParts(now);
  return parts.find(({ type }) => type === "timeZoneName")?.value ?? timeZone;
}

/** The start of the day of a moment in a time zone, or of a day some days later. */
export function startOfDay(moment: number, timeZone: string, daysLater = 0): number {
  const wall = moment + offsetAt(moment, timeZone);
  const midnight = Math.floor(wall / DAY) * DAY + daysLater * DAY;
  // The offset at midnight may differ from that of the moment.
  const first = midnight - offsetAt(midnight - offsetAt(moment, timeZone), timeZone);
  return midnight - offsetAt(first, timeZone);
}

/** How far a time zone is ahead of UTC at a moment, in milliseconds. */
export function offsetAt(moment: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat("en", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  }).formatToParts(moment);
  const value = (name: Intl.DateTimeFormatPartTypes) => Number(parts.find(({ type }) => type === name)?.value ?? 0);
  const wall = Date.UTC(value("year"), value("month") - 1, value("day"), value("hour"), value("minute"), value("second"));
  return wall - Math.floor(moment / 1000) * 1000;
}
