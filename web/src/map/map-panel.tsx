/** The map with its controls, legend and list. */

import { WorldLine } from "../panels/number";
import { Icon, type IconName } from "../parts/icons";
import { FailureNotice } from "../parts/loaded";
import { choose, isOutdoorOnly, isSurface, place } from "../state/choice";
import { isPicking } from "../state/placing";
import { mapSummary } from "../state/present";
import { words } from "../words/words";
import { gesture } from "./gestures";
import { InView } from "./in-view";
import { MapCanvas, showWorld, zoomBy } from "./leaflet-map";
import { Legend } from "./legend";
import { operatorTiles } from "./operator-tiles";
import { PhenomenonChoice } from "./phenomenon-choice";
import { commands } from "./view";

export function MapPanel() {
  const { map, hive, failure: say } = words.value;
  const { failure, data } = mapSummary.value;
  return (
    <section class="card map-card" aria-labelledby="map-title" id="map-panel">
      <div class="map-head">
        <h2 id="map-title">{map.title}</h2>
        <WorldLine />
        <PhenomenonChoice />
      </div>
      <FailureNotice of={mapSummary} />
      <div class="map-frame">
        <MapCanvas />
        {isPicking.value && (
          <div class="cross-hair" aria-hidden="true">
            <Icon name="plus" />
          </div>
        )}
        <div class="map-buttons">
          <MapButton icon="plus" label={map.zoomIn} act={() => zoomBy.value(1)} />
          <MapButton icon="minus" label={map.zoomOut} act={() => zoomBy.value(-1)} />
          <MapButton icon="world" label={map.whole} act={() => showWorld.value()} />
          {place.value && <MapButton icon="hive" label={map.toHive} act={() => place.value && commands.value?.goTo(place.value, 9)} />}
        </div>
        {!data && !failure && <p class="map-loading">{say.loading}</p>}
        {operatorTiles.value && <p class="map-attribution">{operatorTiles.value.attribution}</p>}
        <GestureHint />
      </div>
      <p class={isPicking.value ? "map-note" : "soft small"} role="status">
        {isPicking.value ? hive.picking : isSurface.value ? map.surfaceHint : map.hint}
      </p>
      <div class="map-tools">
        <div class="segments" role="group" aria-label={map.layer}>
          <button type="button" id="layer-points" aria-pressed={!isSurface.value} onClick={() => choose({ isSurface: false })}>
            {map.points}
          </button>
          <button type="button" id="layer-surface" aria-pressed={isSurface.value} onClick={() => choose({ isSurface: true })}>
            {map.surface}
          </button>
        </div>
        <button
          type="button"
          class="chip"
          id="outdoor-only"
          aria-pressed={isOutdoorOnly.value || isSurface.value}
          disabled={isSurface.value}
          onClick={() => choose({ isOutdoorOnly: !isOutdoorOnly.value })}
        >
          {map.outdoorOnly}
        </button>
      </div>
      <Legend />
      <InView />
    </section>
  );
}

/** Says how to move or zoom the map, after a gesture that scrolled the page instead. */
function GestureHint() {
  const { map } = words.value;
  if (!gesture.value) return null;
  return (
    <p class="gesture" aria-hidden="true">
      {gesture.value === "touch" ? map.twoFingers : map.wheel(/Mac|iP/.test(navigator.platform) ? "⌘" : "Ctrl")}
    </p>
  );
}

function MapButton({ icon, label, act }: { icon: IconName; label: string; act: () => void }) {
  return (
    <button type="button" class="map-button" aria-label={label} title={label} onClick={act}>
      <Icon name={icon} />
    </button>
  );
}
