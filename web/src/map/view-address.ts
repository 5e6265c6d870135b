/** The map's view in the address, such as `map=9/52.52/13.41`, so that a link shows the same part of the map. */

import type { Map as LeafletMap } from "leaflet";
import type { Place } from "../state/address";
import { placeIfValid } from "../state/address";

const NAME = "map";
/** A garden fills the map. */
export const HIGHEST_ZOOM = 18;

export interface MapView extends Place {
  readonly zoom: number;
}

/** Reads the view from the query of an address; `null` without a valid one. */
export function readView(search: string): MapView | null {
  const parts = (new URLSearchParams(search).get(NAME) ?? "").split("/");
  const [zoom = NaN, lat = NaN, lon = NaN] = parts.map((part) => (part.trim() === "" ? NaN : Number(part)));
  const place = placeIfValid(lat, lon);
  return parts.length === 3 && place && zoom >= 0 ? { ...place, zoom: Math.min(zoom, HIGHEST_ZOOM) } : null;
}

/** Writes the view as `readView` reads it. */
export function viewText({ zoom, lat, lon }: MapView): string {
  const digits = Math.max(1, Math.ceil(zoom / 3));
  return [zoom, Number(lat.toFixed(digits)), Number(lon.toFixed(digits))].join("/");
}

/** Keeps the address up to date when the reader moves the map; returns a function that stops it. */
export function followView(map: LeafletMap): () => void {
  const element = map.getContainer().parentElement ?? map.getContainer();
  let isByReader = false;
  const note = () => {
    isByReader = true;
  };
  const write = () => {
    if (!isByReader) return;
    const { lat, lng } = map.getCenter().wrap();
    const address = new URL(location.href);
    address.searchParams.set(NAME, viewText({ zoom: map.getZoom(), lat, lon: lng }));
    // Slashes are allowed in a query, and are easier to read.
    history.replaceState(null, "", address.href.replaceAll("%2F", "/"));
  };
  const kinds = ["pointerdown", "wheel", "keydown"] as const;
  kinds.forEach((kind) => element.addEventListener(kind, note, { capture: true, passive: true }));
  map.on("moveend", write);
  return () => {
    kinds.forEach((kind) => element.removeEventListener(kind, note, { capture: true }));
    map.off("moveend", write);
  };
}
