/** The page's texts in the reader's language. */

import { computed } from "@preact/signals";
import { language } from "../state/settings";
import en, { type Words } from "./en";
import { DICTIONARIES } from "./languages";

export const words = computed<Words>(() => DICTIONARIES[language.value] ?? en);

/** The name of a phenomenon in the reader's language, or `fallback` if the dictionary lacks it. */
export function phenomenonName(slug: string, fallback = slug): string {
  return words.value.phenomenon.names[slug] ?? fallback;
}
