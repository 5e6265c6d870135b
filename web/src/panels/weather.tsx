/** The weather at a place: each estimate with its uncertainty. */

import type { Condition, Estimate, ForecastOrigin } from "../api/answers";
import { countText, distanceText, uncertaintyText, valueText } from "../formatting/units";
import { formatting } from "../state/settings";
import { phenomenonName, words } from "../words/words";

/** The phenomena that matter most at a hive, in this order; the others are collapsed. */
const FIRST = ["air_temperature", "relative_humidity", "wind_speed", "precipitation_rate"];

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
      <details>
        <summary>{hive.more}</summary>
        {rest.length > 0 && <Values conditions={rest} />}
        <p class="soft small">{hive.uncertainty}</p>
      </details>
    </>
  );
}

function Values({ conditions, id }: { conditions: readonly Estimated[]; id?: string }) {
  const basis = conditions.map(({ estimate }) => basisText(estimate));
  const isSame = new Set(basis).size === 1;
  return (
    <>
      <dl class="values" {...(id && { id })}>
        {conditions.map(({ phenomenon, name, unit, estimate }, index) => (
          <div key={phenomenon}>
            <dt>{phenomenonName(phenomenon, name)}</dt>
            <dd>
              <EstimateText estimate={estimate} unit={unit} />
              {!isSame && <span class="soft small">{basis[index]}</span>}
            </dd>
          </div>
        ))}
      </dl>
      {isSame && <p class="soft small">{basis[0]}</p>}
    </>
  );
}

function EstimateText({ estimate: { value, uncertainty }, unit }: { estimate: Estimate; unit: string }) {
  const numbers = formatting.value;
  // Decimals below the uncertainty mean nothing, but readers expect one on a temperature.
  const digits = uncertainty >= 1 && unit !== "°C" ? 0 : undefined;
  return (
    <>
      <strong class="figure">{valueText(value, unit, numbers, digits)}</strong>{" "}
      <span class="figure soft">{uncertaintyText(uncertainty, unit, numbers, digits)}</span>
    </>
  );
}

function basisText({ boxes, nearest_km: nearest }: Estimate): string {
  const { hive } = words.value;
  const numbers = formatting.value;
  if (nearest === null) return hive.model;
  return hive.estimate(hive.boxes(boxes, countText(boxes, numbers)), distanceText(nearest, numbers));
}

/** The attribution that the licence of a forecast requires. */
export function Attribution({ of: origin }: { of: ForecastOrigin | null | undefined }) {
  if (!origin) return null;
  return (
    <p class="soft small">
      <a href={origin.attribution_link} rel="noreferrer external" lang="en">
        {origin.attribution}
      </a>{" "}
      (
      <a href={origin.licence_link} rel="noreferrer external license" lang="en">
        {origin.licence}
      </a>
      )
    </p>
  );
}
