/** What it is like at a place: each estimate with how sure it is. */

import type { Condition, Estimate } from "../api/types";
import { manner } from "../state/settings";
import { countText, distanceText, uncertaintyText, valueText } from "../units";
import { words } from "../words/words";
import { phenomenonName } from "./phenomenon";

/** What matters at a hive, in this order; the rest is below. */
const FIRST = ["air_temperature", "relative_humidity", "wind_speed", "precipitation_rate", "air_pressure", "sea_level_pressure"];

type Estimated = Condition & { readonly estimate: Estimate };

export function Weather({ conditions }: { conditions: readonly Condition[] }) {
  const { hive } = words.value;
  const known = conditions.filter((condition): condition is Estimated => condition.estimate !== undefined);
  if (known.length === 0) return <p id="conditions">{hive.nothing}</p>;
  const first = FIRST.map((slug) => known.find(({ phenomenon }) => phenomenon === slug)).filter((condition) => condition !== undefined);
  const rest = known.filter(({ phenomenon }) => !FIRST.includes(phenomenon));
  return (
    <>
      {first.length > 0 && <Values conditions={first} id="conditions" />}
      <p class="soft small">{hive.uncertainty}</p>
      {rest.length > 0 && (
        <details>
          <summary>{hive.more}</summary>
          <Values conditions={rest} />
        </details>
      )}
    </>
  );
}

function Values({ conditions, id }: { conditions: readonly Estimated[]; id?: string }) {
  const { hive } = words.value;
  const numbers = manner.value;
  return (
    <dl class="values" {...(id && { id })}>
      {conditions.map(({ phenomenon, name, unit, estimate }) => (
        <div key={phenomenon}>
          <dt>{phenomenonName(phenomenon, name)}</dt>
          <dd>
            <strong class="figure">{valueText(estimate.value, unit, numbers)}</strong>{" "}
            <span class="figure soft">{uncertaintyText(estimate.uncertainty, unit, numbers)}</span>
            <span class="soft small">{hive.estimate(hive.boxes(estimate.boxes, countText(estimate.boxes, numbers)), distanceText(estimate.nearest_km, numbers))}</span>
          </dd>
        </div>
      ))}
    </dl>
  );
}
