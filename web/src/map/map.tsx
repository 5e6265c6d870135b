/** The map: Leaflet for moving it, a canvas for what is seen. */

import { effect, type Signal, signal } from "@preact/signals";
import { control, divIcon, type LatLng, type Map as LeafletMap, latLngBounds, map as leafletMap, marker, tooltip } from "leaflet";
import "leaflet/dist/leaflet.css";
import { useEffect, useRef } from "preact/hooks";
import type { Place } from "../address";
import { colours } from "../parts/colour";
import { boxId, choose, place } from "../state/choice";
import { clicked, mapColumns, oneBox } from "../state/present";
import { isDark, language, manner, temperatureUnit, wantsNoMotion } from "../state/settings";
import { countText } from "../units";
import { words } from "../words/words";
import { CanvasLayer, type Picture } from "./canvas-layer";
import type { Mark } from "./clusters";
import { saysText } from "./describe";
import { type Land, loadLand } from "./land";
import { loadTowns, type Towns } from "./towns";
import { commands, drawn, inView, isDrawn, isPicking } from "./view";

const WORLD = latLngBounds([-52, -128], [68, 160]);
const EDGE = latLngBounds([-75, -215], [84, 215]);
const NEAR = 9;
const CLOSEST = 16;
/** A click may be the first of two, which zoom. */
const TWO_CLICKS = 240;
/** How long it is until a part of the map is asked for again; each pause doubles. */
const FIRST_PAUSE = 5_000;
const LONGEST_PAUSE = 60_000;

const land = signal<Land | null>(null);
const towns = signal<Towns | null>(null);

export function MapCanvas() {
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => (element.current ? live(element.current) : undefined), []);
  return (
    <div
      ref={element}
      id="map"
      class="map"
      role="application"
      aria-label={words.value.map.label}
      data-boxes={mapColumns.value.data?.latitude.length ?? ""}
    />
  );
}

/** Makes the map in an element; answers what ends it. */
function live(element: HTMLElement): () => void {
  const still = wantsNoMotion();
  const map = leafletMap(element, {
    zoomControl: false,
    attributionControl: false,
    zoomSnap: 0.25,
    minZoom: 0,
    maxZoom: CLOSEST,
    wheelPxPerZoomLevel: 90,
    maxBounds: EDGE,
    maxBoundsViscosity: 0.9,
    zoomAnimation: !still,
    inertia: !still,
    fadeAnimation: false,
  });
  const hive = place.peek();
  if (hive) map.setView(toLatLng(hive), NEAR);
  else map.fitBounds(WORLD);

  control.scale({ position: "bottomleft", imperial: temperatureUnit.peek() === "F" }).addTo(map);

  const layer = new CanvasLayer(pictureOf()).addTo(map);
  layer.on("drawn", () => {
    inView.value = layer.inWindow();
    if (land.peek() && drawn.peek()) isDrawn.value = true;
  });
  const ends = [
    effect(() => layer.show(pictureOf())),
    // Not by Preact, which would take away the classes that Leaflet has put there.
    effect(() => void element.classList.toggle("is-picking", isPicking.value)),
    showHive(map),
    showChosenBox(map),
    listenToPointer(map, layer),
    listenToKeys(map, element),
  ];
  let isGone = false;
  const keepTrying = async <T,>(load: () => Promise<T>, into: Signal<T | null>) => {
    // The rest is of use without it, so what fails is tried again, and not made much of.
    for (let pause = FIRST_PAUSE; into.peek() === null && !isGone; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
      into.value = await load().catch(() => null);
      if (into.peek() === null) await new Promise((done) => setTimeout(done, pause));
    }
  };
  void keepTrying(loadLand, land);
  // Names wait for the first picture, which is of use without them.
  const endOfWait = effect(() => {
    if (isDrawn.value) void keepTrying(loadTowns, towns);
  });
  commands.value = {
    goTo: (target, zoom) => map.setView(toLatLng(target), Math.max(zoom, 0), { animate: !still }),
    open: (group) =>
      map.setView([group.lat, group.lon], Math.min(CLOSEST, (drawn.peek()?.clusters.opensAt(group) ?? 0) + 0.25), { animate: !still }),
  };
  whole.value = () => map.fitBounds(WORLD, { animate: !still });
  zoomBy.value = (steps) => map.setZoom(map.getZoom() + steps, { animate: !still });
  const watcher = new ResizeObserver(() => map.invalidateSize({ animate: false }));
  watcher.observe(element);
  return () => {
    isGone = true;
    watcher.disconnect();
    endOfWait();
    ends.forEach((end) => end());
    map.remove();
  };
}

export const whole = signal<() => void>(() => undefined);
export const zoomBy = signal<(steps: number) => void>(() => undefined);

/** What to draw, by all that it hangs on. */
function pictureOf(): Picture {
  void isDark.value;
  const colour = colours();
  const box = oneBox.value.data?.box;
  const numbers = manner.value;
  return {
    land: land.value,
    towns: towns.value,
    isGerman: language.value === "de",
    clusters: drawn.value?.clusters ?? null,
    look: {
      scale: drawn.value?.scale ?? [],
      halo: colour("map-halo"),
      ground: colour("map-land"),
      grey: colour("map-grey"),
      count: (count) => countText(count, numbers),
    },
    colours: { sea: colour("map-sea"), land: colour("map-land"), coast: colour("map-coast"), grid: colour("map-border") },
    chosen: boxId.value && box && box.latitude !== null && box.longitude !== null ? { lat: box.latitude, lon: box.longitude } : null,
    accent: colour("focus"),
  };
}

function showHive(map: LeafletMap): () => void {
  const icon = divIcon({
    className: "hive-pin",
    html: '<svg viewBox="0 0 32 40" aria-hidden="true"><path d="M16 39 8 26H2V10L16 2l14 8v16h-6z"/><path d="M16 8.5 23.5 13v8.5L16 26l-7.5-4.5V13z"/></svg>',
    iconSize: [32, 40],
    iconAnchor: [16, 39],
  });
  const pin = marker([0, 0], { icon, interactive: false, keyboard: false });
  let first = true;
  return effect(() => {
    const spot = place.value;
    if (!spot) {
      pin.remove();
    } else {
      pin.setLatLng(toLatLng(spot)).addTo(map);
      if (!first && !map.getBounds().contains(toLatLng(spot))) map.setView(toLatLng(spot), Math.max(map.getZoom(), NEAR));
    }
    first = false;
  });
}

/** Brings the chosen box into view: near, if the page began with it. */
function showChosenBox(map: LeafletMap): () => void {
  let shown: string | null = null;
  const first = boxId.peek();
  return effect(() => {
    const box = oneBox.value.data?.box;
    if (!box || box.latitude === null || box.longitude === null || box.id === shown) return;
    const isFirst = shown === null && box.id === first;
    shown = box.id;
    const spot: [number, number] = [box.latitude, box.longitude];
    if (isFirst || !map.getBounds().contains(spot)) map.setView(spot, Math.max(map.getZoom(), isFirst ? NEAR : 0));
  });
}

function listenToPointer(map: LeafletMap, layer: CanvasLayer): () => void {
  const hint = tooltip({ direction: "top", offset: [0, -10], className: "map-hint" });
  let timer = 0;
  map.on("click", ({ latlng }) => {
    clearTimeout(timer);
    const mark = isPicking.peek() ? null : layer.markAt(latlng);
    if (mark) choosesMark(mark);
    else timer = window.setTimeout(() => putHive(latlng), isPicking.peek() ? 0 : TWO_CLICKS);
  });
  map.on("dblclick", () => clearTimeout(timer));
  map.on("mousemove", ({ latlng }) => {
    const mark = isPicking.peek() ? null : layer.markAt(latlng);
    map.getContainer().classList.toggle("is-on-mark", mark !== null);
    const unit = drawn.peek()?.unit ?? "";
    if (mark)
      hint
        .setLatLng([mark.lat, mark.lon])
        .setContent(saysText(mark, unit, manner.peek(), words.peek()))
        .addTo(map);
    else hint.remove();
  });
  map.on("mouseout zoomstart", () => hint.remove());
  return () => clearTimeout(timer);
}

function listenToKeys(map: LeafletMap, element: HTMLElement): () => void {
  const onKey = (event: KeyboardEvent) => {
    if (event.key === "Enter" && event.target === element) putHive(map.getCenter());
    if (event.key === "Escape") isPicking.value = false;
  };
  element.addEventListener("keydown", onKey);
  return () => element.removeEventListener("keydown", onKey);
}

/** What a click on a mark does. */
export function choosesMark(mark: Mark): void {
  if (mark.kind === "group") commands.peek()?.open(mark);
  else clicked.value = { lat: mark.lat, lon: mark.lon };
}

function putHive(spot: LatLng): void {
  isPicking.value = false;
  const { lat, lng } = spot.wrap();
  choose({ place: { lat: Number(lat.toFixed(4)), lon: Number(lng.toFixed(4)) } });
}

function toLatLng({ lat, lon }: Place): [number, number] {
  return [lat, lon];
}
