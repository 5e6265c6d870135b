/** How a reader wants the page: kept in the browser, not in the address (but `lang`, which may be given there). */

import { computed, effect, type Signal, signal } from "@preact/signals";
import type { Manner, TemperatureUnit } from "../units";
import { LANGUAGES, type Language } from "../words/languages";

export const THEMES = ["auto", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

export const language = setting<Language>("lang", LANGUAGES, firstLanguage());
export const theme = setting<Theme>("theme", THEMES, "auto");
export const temperatureUnit = setting<TemperatureUnit>("unit", ["C", "F"], usesFahrenheit() ? "F" : "C");

/** How numbers are written. A reader of British English gets British dates. */
export const manner = computed<Manner>(() => {
  const locale = navigator.languages.find((locale) => locale.startsWith(language.value)) ?? language.value;
  return { locale, temperature: temperatureUnit.value };
});

const prefersDark = matchMedia("(prefers-color-scheme: dark)");
const systemIsDark = signal(prefersDark.matches);
prefersDark.addEventListener("change", (event) => (systemIsDark.value = event.matches));

export const isDark = computed(() => (theme.value === "auto" ? systemIsDark.value : theme.value === "dark"));

effect(() => {
  document.documentElement.lang = language.value;
  document.documentElement.dataset.theme = isDark.value ? "dark" : "light";
});

/** Whether things shall not move by themselves. */
export function wantsNoMotion(): boolean {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}

function setting<T extends string>(name: string, allowed: readonly T[], otherwise: T): Signal<T> {
  const key = `hivebox.${name}`;
  const asked = new URLSearchParams(location.search).get(name);
  const known = allowed.find((value) => value === asked) ?? allowed.find((value) => value === stored(key));
  const value = signal(known ?? otherwise);
  const first = value.peek();
  effect(() => {
    if (value.value !== first || stored(key) !== null) store(key, value.value);
    // An address that says otherwise would win when the page is loaded again.
    const address = new URL(location.href);
    if (!address.searchParams.has(name) || address.searchParams.get(name) === value.value) return;
    address.searchParams.set(name, value.value);
    history.replaceState(null, "", address);
  });
  return value;
}

/** A browser may forbid to keep anything; then a choice lasts as long as the page. */
function stored(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function store(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Nothing to be done, see above.
  }
}

function firstLanguage(): Language {
  const spoken = navigator.languages.map((locale) => locale.slice(0, 2));
  return spoken.map((code) => LANGUAGES.find((language) => language === code)).find((language) => language) ?? "en";
}

/** The United States and a few islands measure so. */
function usesFahrenheit(): boolean {
  return /^en-(US|LR|KY|BS|BZ|PW|FM|MH)$/.test(navigator.language) && /^America\/|^Pacific\/Honolulu/.test(zone());
}

function zone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";
}
