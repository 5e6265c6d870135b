/** Shows the surface of estimates while the reader wants it, and says the estimate under the pointer. */

import { effect } from "@preact/signals";
import { type Map as LeafletMap, type LeafletMouseEvent, tooltip } from "leaflet";
import { uncertaintyText, valueText } from "../formatting/units";
import { isSurface } from "../state/choice";
import { isPicking } from "../state/placing";
import { formatting } from "../state/settings";
import { words } from "../words/words";
import { SurfaceLayer } from "./surface-layer";
import { mapData } from "./view";

/** Returns a function that stops it. */
export function showSurface(map: LeafletMap): () => void {
  const hint = tooltip({ direction: "top", offset: [0, -6], className: "map-hint" });
  let layer: SurfaceLayer | null = null;
  const stop = effect(() => {
    const data = mapData.value;
    if (!isSurface.value || !data) {
      layer?.remove();
      layer = null;
      hint.remove();
      return;
    }
    const surface = { phenomenon: data.phenomenon, scale: data.isDirection ? null : data.scale, map: data.map };
    if (layer) layer.set(surface);
    else layer = new SurfaceLayer(surface).addTo(map);
  });
  const say = ({ latlng }: LeafletMouseEvent) => {
    const found = isPicking.peek() ? null : layer?.estimateAt(map, latlng);
    const data = mapData.peek();
    if (!found || !data) return void hint.remove();
    const numbers = formatting.peek();
    const value = valueText(found.value, data.unit, numbers, 0);
    const uncertain = uncertaintyText(found.uncertainty, data.unit, numbers, found.uncertainty < 1 ? 1 : 0);
    hint.setLatLng(latlng).setContent(words.peek().map.estimate(value, uncertain)).addTo(map);
  };
  const hide = () => void hint.remove();
  map.on("mousemove", say).on("click", say).on("mouseout zoomstart", hide);
  return () => {
    stop();
    map.off("mousemove", say).off("click", say).off("mouseout zoomstart", hide);
    hint.remove();
  };
}
