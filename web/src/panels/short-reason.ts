/** Reasons of chores, short enough for a row: the value that decides, and its limit. */

import type { Chore } from "../api/answers";

/** The value that a reason begins with. */
export interface Deciding {
  /** The slug of the input. */
  readonly input: string;
  readonly value: number;
  readonly unit: string;
}

/** The value that decides, beside its limit. */
export interface Decision extends Deciding {
  readonly limit: number;
}

const QUANTITY = /(-?\d+(?:[.,]\d+)?)\s?(°C|m\/s|mm\/h)/g;

/** The quantities in the first sentence of a reason. The service names the value that decides first, in every language. */
function quantities(reason: string) {
  return Array.from(firstSentence(reason).matchAll(QUANTITY), ([, number = "", unit = ""]) => ({
    number: Number(number.replace(",", ".")),
    unit,
  }));
}

/** The input whose value a reason names first; `null` if it names none. */
export function decidingOf({ reason, inputs }: Pick<Chore, "reason" | "inputs">): Deciding | null {
  const [first] = quantities(reason);
  const input = first && inputs.find(({ value, unit }) => value === first.number && unit === first.unit);
  return input ? { input: input.input, value: first.number, unit: first.unit } : null;
}

/** What decides a chore; `null` if its reason is not one value beside one limit. */
export function decisionOf(chore: Pick<Chore, "reason" | "inputs">): Decision | null {
  const deciding = decidingOf(chore);
  const [, second, ...others] = quantities(chore.reason);
  if (!deciding || !second || others.length > 0 || second.unit !== deciding.unit) return null;
  return { ...deciding, limit: second.number };
}

/** The first thought of a reason, without its full stop. Numbers have points, too. */
export function firstThought(reason: string): string {
  return (firstSentence(reason).split(/\s?;\s/u)[0] ?? reason).replace(/\.$/, "");
}

/** The rest of a reason has its conditions, which the row of the chore shows. */
export function firstSentence(reason: string): string {
  return reason.split(/(?<=[.!?])\s+(?=\p{Lu})/u)[0] ?? reason;
}
