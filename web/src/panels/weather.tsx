/** The weather at a place: each estimate with its uncertainty. */

import type { Condition, Estimate, ForecastOrigin } from "../api/answers";
import { countText, distanceText, shownDifference, uncertaintyText, valueText } from "../formatting/units";
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
  return (
    <>
      <dl class="values" {...(id && { id })}>
        {conditions.map(({ phenomenon, name, unit, estimate }) => (
          <div key={phenomenon}>
            <dt>{phenomenonName(phenomenon, name)}</dt>
            <dd>
              <EstimateText estimate={estimate} unit={unit} />
            </dd>
          </div>
        ))}
      </dl>
      <Basis conditions={conditions} />
    </>
  );
}

/** What the values are estimated from, once for all with the same basis. */
function Basis({ conditions }: { conditions: readonly Estimated[] }) {
  const groups = new Map<string, string[]>();
  for (const { phenomenon, name, estimate } of conditions) {
    const basis = basisText(estimate);
    groups.set(basis, [...(groups.get(basis) ?? []), phenomenonName(phenomenon, name)]);
  }
  const all = [...groups];
  return (
    <ul class="basis soft small">
      {all.map(([basis, names]) => (
        <li key={basis}>{all.length === 1 ? basis : `${words.value.hive.names(names)}${words.value.colon} ${basis}`}</li>
      ))}
    </ul>
  );
}

function EstimateText({ estimate: { value, uncertainty }, unit }: { estimate: Estimate; unit: string }) {
  const numbers = formatting.value;
  const digits = digitsFor(shownDifference(uncertainty, unit, numbers), unit);
  const uncertain = uncertaintyText(uncertainty, unit, numbers, digits);
  return (
    <>
      <strong class="figure">{valueText(asInReasons(value), unit, numbers, digits)}</strong>{" "}
      {/[1-9]/.test(uncertain) && <span class="figure soft">{uncertain}</span>}
    </>
  );
}

/** The service's sentences have two decimals. Rounded from more, the same value could differ from the sentence beside it. */
function asInReasons(value: number): number {
  return Number(value.toFixed(2));
}

/** Decimals below the uncertainty mean nothing, but readers expect one on a temperature. */
function digitsFor(uncertainty: number, unit: string): number | undefined {
  if (unit === "°C") return undefined;
  if (uncertainty >= 1) return 0;
  return uncertainty >= 0.1 ? 1 : undefined;
}

function basisText({ boxes, nearest_km: nearest }: Estimate): string {
  const { hive } = words.value;
  const numbers = formatting.value;
  if (nearest === null) return hive.model;
  return hive.estimate(hive.boxes(boxes, countText(boxes, numbers)), distanceText(nearest, numbers), boxes === 1);
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
