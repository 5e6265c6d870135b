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
  const madeOf = conditions.map(({ estimate }) => madeOfText(estimate));
  const isSame = new Set(madeOf).size === 1;
  return (
    <>
      <dl class="values" {...(id && { id })}>
        {conditions.map(({ phenomenon, name, unit, estimate }, index) => (
          <div key={phenomenon}>
            <dt>{phenomenonName(phenomenon, name)}</dt>
            <dd>
              <EstimateText estimate={estimate} unit={unit} />
              {!isSame && <span class="soft small">{madeOf[index]}</span>}
            </dd>
          </div>
        ))}
      </dl>
      {isSame && <p class="soft small">{madeOf[0]}</p>}
    </>
  );
}

function EstimateText({ estimate: { value, uncertainty }, unit }: { estimate: Estimate; unit: string }) {
  const numbers = manner.value;
  // Digits that are finer than the doubt say nothing; of temperatures everyone expects one.
  const digits = uncertainty >= 1 && unit !== "°C" ? 0 : undefined;
  return (
    <>
      <strong class="figure">{valueText(value, unit, numbers, digits)}</strong>{" "}
      <span class="figure soft">{uncertaintyText(uncertainty, unit, numbers, digits)}</span>
    </>
  );
}

function madeOfText({ boxes, nearest_km: nearest }: Estimate): string {
  const { hive } = words.value;
  const numbers = manner.value;
  return hive.estimate(hive.boxes(boxes, countText(boxes, numbers)), distanceText(nearest, numbers));
}
