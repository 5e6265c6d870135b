/** Chips for what the reader sees at the hive: they fill the gaps of the sensors for two hours. */

import { momentText } from "../formatting/time";
import { placeZone } from "../places/place-time";
import type { Place } from "../state/address";
import { now } from "../state/clock";
import { formatting } from "../state/settings";
import { LIFETIME, TELLABLE, type ToldName, tell, toldAt } from "../state/told";
import { words } from "../words/words";

export function ToldChips({ spot }: { spot: Place }) {
  const { hive: say } = words.value;
  const told = toldAt(spot);
  return (
    <div class="told" id="told">
      <h3 class="told-title">{say.told}</h3>
      {(Object.keys(TELLABLE) as ToldName[]).map((name) => (
        <div key={name} class="chips" role="group" aria-label={say.see[name].label}>
          <span class="soft">{say.see[name].label}</span>
          {TELLABLE[name].map((value) => (
            <button
              key={value}
              type="button"
              class="chip"
              id={`told-${name}-${value}`}
              aria-pressed={told?.[name] === value}
              onClick={() => tell(spot, name, told?.[name] === value ? null : value)}
            >
              {say.see[name].values[value]}
            </button>
          ))}
        </div>
      ))}
      {(told?.rain || told?.wind) && (
        <p class="soft small">{say.until(momentText(told.at + LIFETIME, now.value, formatting.value.locale, placeZone.value))}</p>
      )}
    </div>
  );
}
