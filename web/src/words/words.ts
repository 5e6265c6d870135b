/** The page's texts in the reader's language. */

import { computed } from "@preact/signals";
import { type Language, language } from "../state/settings";
import { de } from "./de";
import { en, type Words } from "./en";

export const DICTIONARIES: Readonly<Record<Language, Words>> = { en, de };

export const words = computed<Words>(() => DICTIONARIES[language.value]);

/** The name of a phenomenon in the reader's language, or `fallback` if the dictionary lacks it. */
export function phenomenonName(slug: string, fallback = slug): string {
  return words.value.phenomenon.names[slug] ?? fallback;
}
