/** Reasons of chores, short enough for a row: the value that decides, and its limit. */

import type { Chore } from "../api/answers";

export interface Decision {
  /** The slug of the input that decides. */
  readonly input: string;
  readonly value: number;
  readonly limit: number;
  readonly unit: string;
}

const QUANTITY = /(-?\d+(?:[.,]\d+)?)\s?(°C|m\/s|mm\/h)/g;

/**
 * What decides a chore; `null` if its reason is not one value beside one limit. The service's reasons name the value first, in every
 * language.
 */
export function decisionOf({ reason, inputs }: Pick<Chore, "reason" | "inputs">): Decision | null {
  const [first, second, ...others] = Array.from(firstSentence(reason).matchAll(QUANTITY), ([, number = "", unit = ""]) => ({
    number: Number(number.replace(",", ".")),
    unit,
  }));
  if (!first || !second || others.length > 0 || first.unit !== second.unit) return null;
  const input = inputs.find(({ value, unit }) => value === first.number && unit === first.unit);
  return input ? { input: input.input, value: first.number, limit: second.number, unit: first.unit } : null;
}

/** The first thought of a reason, without its full stop. Numbers have points, too. */
export function firstThought(reason: string): string {
  return (firstSentence(reason).split(/\s?;\s/u)[0] ?? reason).replace(/\.$/, "");
}

function firstSentence(reason: string): string {
  return reason.split(/(?<=[.!?])\s+(?=\p{Lu})/u)[0] ?? reason;
}
