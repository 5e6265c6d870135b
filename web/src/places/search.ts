/** Finds towns by the start of their name. */

import type { OwnNames, Towns } from "./towns";

const MOST = 6;
/** Letters without a decomposition into a base letter and a mark. */
const LETTERS: Readonly<Record<string, string>> = { ß: "ss", ø: "o", ł: "l", đ: "d", æ: "ae", œ: "oe", ı: "i" };

/** The rows of the towns whose name starts with what the reader typed, the largest first; then those with a later word that does. */
export function findTowns(towns: Towns, own: OwnNames, typed: string): number[] {
  const wanted = plain(typed);
  if (wanted.length < 2) return [];
  const [starting, containing]: [number[], number[]] = [[], []];
  for (const [index, name] of towns.name.entries()) {
    const names = [name, own[name] ?? ""].map(plain);
    if (names.some((each) => each.startsWith(wanted))) starting.push(index);
    else if (names.some((each) => each.includes(` ${wanted}`))) containing.push(index);
    if (starting.length === MOST) break;
  }
  return [...starting, ...containing].slice(0, MOST);
}

/** A name in lower-case letters without accents: "Sao Paulo" finds "São Paulo". */
export function plain(text: string): string {
  return text
    .trim()
    .toLowerCase()
    .normalize("NFD")
    .replace(/\p{Mark}/gu, "")
    .replace(/[ßøłđæœı]/g, (letter) => LETTERS[letter] ?? letter)
    .replace(/[-'’.\s]+/g, " ");
}
