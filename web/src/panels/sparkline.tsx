/** The last 24 hours of a sensor as a small line. */

import type { History } from "../api/answers";
import { resource } from "../api/resource";
import { numberText, valueText } from "../formatting/units";
import { oneBox } from "../state/present";
import { formatting } from "../state/settings";
import { phenomenonName, words } from "../words/words";
import { HEIGHT, soloPhenomena, sparklineOf, WIDTH } from "./sparkline-shape";

/** The last day of the open box, for all its sensors at once. */
const boxDay = resource<History>(
  () => {
    const answer = oneBox.value.data;
    const phenomena = answer ? soloPhenomena(answer.sensors) : [];
    if (!answer || phenomena.length === 0) return null;
    return `/api/v1/history?box=${answer.box.id}&from=-PT24H&every=PT1H&phenomenon=${phenomena.join(",")}`;
  },
  { isHistorical: true },
);

export function Sparkline({ phenomenon }: { phenomenon: string }) {
  const { box: say } = words.value;
  const day = boxDay.value.data;
  const shape = day && sparklineOf(day, phenomenon);
  if (!shape) return null;
  const numbers = formatting.value;
  const range = `${numberText(shape.low, shape.unit, numbers)} – ${valueText(shape.high, shape.unit, numbers)}`;
  return (
    <span class="spark" role="img" aria-label={say.day(phenomenonName(phenomenon), range)}>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true">
        <path d={shape.line} />
        <circle cx={shape.last.x} cy={shape.last.y} r="2.5" />
      </svg>
      <span class="figure soft small" aria-hidden="true">
        {range}
      </span>
    </span>
  );
}
