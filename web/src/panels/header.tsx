/** The header of the page, with the settings. */

import { language, temperatureUnit } from "../state/settings";
import { DICTIONARIES } from "../words/languages";
import { words } from "../words/words";
import { SystemDot } from "./system-line";

export function Header() {
  const { tagline, settings } = words.value;
  return (
    <header class="head">
      <a class="brand" href="/">
        <svg viewBox="0 0 32 32" aria-hidden="true">
          <path class="comb" d="M16 2 28 9v14l-12 7-12-7V9z" />
          <path class="cell" d="M16 9.500 21.600 12.800v6.400L16 22.500l-5.600-3.300v-6.400z" />
        </svg>
        <h1>
          HiveBox <span>{tagline}</span>
        </h1>
      </a>
      <SystemDot />
      <div class="settings" role="group" aria-label={settings.label}>
        <label class="field">
          <span class="unseen">{settings.language}</span>
          <select id="language" value={language.value} onChange={(event) => (language.value = event.currentTarget.value)}>
            {Object.entries(DICTIONARIES).map(([code, { language: name }]) => (
              <option key={code} value={code} lang={code}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <div class="segments" role="group" aria-label={settings.unit}>
          {(["C", "F"] as const).map((unit) => (
            <button
              key={unit}
              type="button"
              id={`unit-${unit}`}
              aria-pressed={temperatureUnit.value === unit}
              onClick={() => (temperatureUnit.value = unit)}
            >
              °{unit}
            </button>
          ))}
        </div>
      </div>
    </header>
  );
}
