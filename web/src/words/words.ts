/** The words of the reader's language. */

import { computed } from "@preact/signals";
import { language } from "../state/settings";
import { de } from "./de";
import { en, type Words } from "./en";
import type { Language } from "./languages";

export const DICTIONARIES: Readonly<Record<Language, Words>> = { en, de };

export const words = computed<Words>(() => DICTIONARIES[language.value]);
