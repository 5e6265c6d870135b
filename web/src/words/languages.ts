/** The page's languages. Each is one file in this folder, named by its code. */

import type { Words } from "./en";

const FILES = import.meta.glob<Words>("./[a-z][a-z].ts", { eager: true, import: "default" });

/** The page's texts by language. */
export const DICTIONARIES: Readonly<Record<string, Words>> = Object.fromEntries(
  Object.entries(FILES).map(([path, words]) => [path.slice(2, 4), words]),
);

/** The codes of the languages. */
export const LANGUAGES: readonly string[] = Object.keys(DICTIONARIES);
