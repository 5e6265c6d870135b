/** The reader's settings. The browser stores them; an address may override one, as in `?lang=de`. */

import { computed, effect, type Signal, signal } from "@preact/signals";
import type { Formatting, TemperatureUnit } from "../formatting/units";
import { LANGUAGES } from "../words/languages";
import { store, stored } from "./storage";

export const THEMES = ["auto", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

export const language = setting<string>("lang", LANGUAGES, firstLanguage());
export const theme = setting<Theme>("theme", THEMES, "auto");
export const temperatureUnit = setting<TemperatureUnit>("unit", ["C", "F"], usesFahrenheit() ? "F" : "C");

/** How numbers and dates are formatted. A reader of British English gets British dates. */
export const formatting = computed<Formatting>(() => {
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

/** Whether the reader asked for no animations. */
export function prefersReducedMotion(): boolean {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}

function setting<T extends string>(name: string, allowed: readonly T[], fallback: T): Signal<T> {
  const requested = new URLSearchParams(location.search).get(name);
  const known = allowed.find((value) => value === requested) ?? allowed.find((value) => value === stored(name));
  const value = signal(known ?? fallback);
  const first = value.peek();
  effect(() => {
    if (value.value !== first || stored(name) !== null) store(name, value.value);
    // Otherwise the address would override the setting on the next load.
    const address = new URL(location.href);
    if (!address.searchParams.has(name) || address.searchParams.get(name) === value.value) return;
    address.searchParams.set(name, value.value);
    history.replaceState(null, "", address);
  });
  return value;
}

function firstLanguage(): string {
  const spoken = navigator.languages.map((locale) => locale.slice(0, 2));
  return spoken.map((code) => LANGUAGES.find((language) => language === code)).find((language) => language) ?? "en";
}

/** The United States and a few islands use Fahrenheit. */
function usesFahrenheit(): boolean {
  return /^en-(US|LR|KY|BS|BZ|PW|FM|MH)$/.test(navigator.language) && /^America\/|^Pacific\/Honolulu/.test(timeZone());
}

function timeZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";
}
