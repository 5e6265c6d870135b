/** The map: Leaflet moves it, and canvases show land and boxes. */

import { effect, type Signal, signal } from "@preact/signals";
import {
  control,
  divIcon,
  type LatLng,
  type LeafletEvent,
  type Map as LeafletMap,
  latLngBounds,
  map as leafletMap,
  marker,
  tooltip,
} from "leaflet";
import "leaflet/dist/leaflet.css";
import { useEffect, useRef } from "preact/hooks";
import { groupText } from "../formatting/units";
import { colours } from "../parts/colour";
import { needTowns, towns } from "../places/towns";
import type { Place } from "../state/address";
import { boxId, isSurface, place } from "../state/choice";
import { hives } from "../state/hives";
import { isPicking, usePlace } from "../state/placing";
import { clicked, isAnswered, mapSummary, oneBox } from "../state/present";
import { formatting, isDark, prefersReducedMotion, temperatureUnit } from "../state/settings";
import { words } from "../words/words";
import { ask } from "./ask-worker";
import { valueDescription } from "./describe";
import { sharePageGestures } from "./gestures";
import { type Ground, GroundLayer } from "./ground-layer";
import { MarkLayer, type Picture } from "./mark-layer";
import type { Mark } from "./marks";
import { operatorTiles, showOperatorTiles } from "./operator-tiles";
import { showSurface } from "./surface";
import { commands, inView, isDrawn, mapData } from "./view";
import { followView, HIGHEST_ZOOM, readView } from "./view-address";
import type { Land } from "./worker/messages";

const WORLD = latLngBounds([-52, -128], [68, 160]);
const BOUNDS = latLngBounds([-75, -215], [84, 215]);
/** The zoom around a hive or box. */
const NEAR = 9;
/** Below this zoom a newly chosen hive is brought closer. */
const FAR = 6;
/** The delays before a part of the map is requested again, in milliseconds; each is twice the one before. */
const FIRST_DELAY = 5_000;
const LONGEST_DELAY = 60_000;

/** The pane below all others. */
const GROUND = "ground";

const land = signal<Land | null>(null);

export function MapCanvas() {
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => (element.current ? mountMap(element.current) : undefined), []);
  return (
    <div
      ref={element}
      id="map"
      class="map"
      role="application"
      aria-label={words.value.map.label}
      data-boxes={mapSummary.value.data?.boxes ?? ""}
    />
  );
}

/** Creates the map in an element; returns a function that removes it. */
function mountMap(element: HTMLElement): () => void {
  const reduced = prefersReducedMotion();
  const map = leafletMap(element, {
    zoomControl: false,
    attributionControl: false,
    zoomSnap: 0.25,
    minZoom: 0,
    maxZoom: HIGHEST_ZOOM,
    wheelPxPerZoomLevel: 90,
    maxBounds: BOUNDS,
    maxBoundsViscosity: 0.9,
    zoomAnimation: !reduced,
    inertia: !reduced,
    fadeAnimation: false,
  });
  const hive = place.peek();
  const view = readView(location.search);
  if (view) map.setView(toLatLng(view), view.zoom);
  else if (hive) map.setView(toLatLng(hive), NEAR);
  else map.fitBounds(WORLD);

  map.createPane(GROUND).style.zIndex = "100";
  const ground = new GroundLayer(GROUND, groundOf()).addTo(map);
  const layer = new MarkLayer("overlayPane", pictureOf()).addTo(map);
  const areMarksDrawn = signal(false);
  layer.on("drawn", ({ isComplete }: LeafletEvent & { isComplete?: boolean }) => {
    inView.value = layer.visibleMarks();
    if (isComplete) areMarksDrawn.value = true;
  });
  const cleanups = [
    effect(() => ground.set(groundOf())),
    effect(() => {
      if (land.value && areMarksDrawn.value) isDrawn.value = true;
    }),
    effect(() => layer.set(pictureOf())),
    // Preact must not set this class, as it would remove those added by Leaflet.
    effect(() => void element.classList.toggle("is-picking", isPicking.value)),
    showOperatorTiles(map),
    showSurface(map),
    showScale(map),
    showHive(map),
    showChosenBox(map),
    listenToPointer(map, layer),
    listenToKeys(map, element),
    sharePageGestures(map),
    followView(map),
  ];
  let isRemoved = false;
  const keepTrying = async <T,>(load: () => Promise<T>, into: Signal<T | null>) => {
    // The page is useful without this part, so a failure causes a retry and no message.
    for (let delay = FIRST_DELAY; into.peek() === null && !isRemoved; delay = Math.min(delay * 2, LONGEST_DELAY)) {
      into.value = await load().catch(() => null);
      if (into.peek() === null) await new Promise((done) => setTimeout(done, delay));
    }
  };
  const stopWaitingForAnswer = effect(() => {
    if (isAnswered.value && land.peek() === null) void keepTrying(() => ask("land", { path: "/dashboard/land.json" }), land);
  });
  // Names load after the first picture, which is useful without them.
  const stopWaiting = effect(() => {
    if (isDrawn.value) void needTowns();
  });
  commands.value = {
    goTo: (target, zoom) => map.setView(toLatLng(target), Math.max(zoom, 0), { animate: !reduced }),
    open: (group) => {
      void mapData
        .peek()
        ?.opensAt(group)
        .then((zoom) => {
          if (zoom !== null) map.setView([group.lat, group.lon], Math.min(HIGHEST_ZOOM, zoom + 0.25), { animate: !reduced });
        });
    },
  };
  showWorld.value = () => map.fitBounds(WORLD, { animate: !reduced });
  zoomBy.value = (steps) => map.setZoom(map.getZoom() + steps, { animate: !reduced });
  const observer = new ResizeObserver(() => map.invalidateSize({ animate: false }));
  observer.observe(element);
  return () => {
    isRemoved = true;
    observer.disconnect();
    stopWaiting();
    stopWaitingForAnswer();
    cleanups.forEach((cleanUp) => cleanUp());
    map.remove();
  };
}

/** Commands of the map's buttons; they do nothing until the map exists. */
export const showWorld = signal<() => void>(() => undefined);
export const zoomBy = signal<(steps: number) => void>(() => undefined);

/** The base map in the colours of the theme. */
function groundOf(): Ground {
  void isDark.value;
  const colour = colours();
  return {
    land: land.value,
    mayLoad: isDrawn.value,
    colours: {
      sea: colour("map-sea"),
      land: colour("map-land"),
      coast: colour("map-coast"),
      border: colour("map-border"),
      river: colour("map-river"),
    },
  };
}

/** The marks and names to draw, from the current answers and settings. */
function pictureOf(): Picture {
  // The colours depend on the theme.
  void isDark.value;
  const colour = colours();
  const box = oneBox.value.data?.box;
  const numbers = formatting.value;
  return {
    // The operator's tiles have names.
    towns: operatorTiles.value ? null : towns.value,
    ownNames: words.value.towns,
    marksIn: mapData.value?.marksIn ?? null,
    style: {
      colour: mapData.value?.colour ?? (() => ""),
      text: (mean) => groupText(mean, mapData.value?.unit ?? "", numbers),
      isDirection: mapData.value?.isDirection ?? false,
      halo: colour("map-halo"),
      ground: colour("map-land"),
      grey: colour("map-grey"),
    },
    isHidden: isSurface.value,
    chosen: boxId.value && box && box.latitude !== null && box.longitude !== null ? { lat: box.latitude, lon: box.longitude } : null,
    accent: colour("focus"),
  };
}

/** Readers of °F get miles, everybody else kilometres. */
function showScale(map: LeafletMap): () => void {
  return effect(() => {
    const imperial = temperatureUnit.value === "F";
    const scale = control.scale({ position: "bottomleft", imperial, metric: !imperial }).addTo(map);
    return () => scale.remove();
  });
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
      if (!first && (map.getZoom() < FAR || !map.getBounds().pad(-0.1).contains(toLatLng(spot))))
        map.setView(toLatLng(spot), Math.max(map.getZoom(), NEAR), { animate: false });
    }
    first = false;
  });
}

/** Brings the chosen box into view, and zooms in if the address named it. */
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

function listenToPointer(map: LeafletMap, layer: MarkLayer): () => void {
  const hint = tooltip({ direction: "top", offset: [0, -10], className: "map-hint" });
  // Outside of a search for a place, a click never places or moves a hive.
  map.on("click", ({ latlng }) => {
    if (isPicking.peek()) return putHive(latlng);
    const mark = layer.markAt(latlng);
    if (mark) selectMark(mark);
  });
  map.on("mousemove", ({ latlng }) => {
    const mark = isPicking.peek() ? null : layer.markAt(latlng);
    map.getContainer().classList.toggle("is-on-mark", mark !== null);
    const unit = mapData.peek()?.unit ?? "";
    if (mark)
      hint
        .setLatLng([mark.lat, mark.lon])
        .setContent(valueDescription(mark, unit, formatting.peek(), words.peek()))
        .addTo(map);
    else hint.remove();
  });
  map.on("mouseout zoomstart", () => hint.remove());
  return () => hint.remove();
}

function listenToKeys(map: LeafletMap, element: HTMLElement): () => void {
  const onKey = (event: KeyboardEvent) => {
    // Enter also places a first hive, which moves none.
    const mayPut = isPicking.peek() || hives.peek().length === 0;
    if (event.key === "Enter" && event.target === element && mayPut) putHive(map.getCenter());
    if (event.key === "Escape") isPicking.value = false;
  };
  element.addEventListener("keydown", onKey);
  return () => element.removeEventListener("keydown", onKey);
}

/** Opens a group or a box, as a click on its mark does. */
export function selectMark(mark: Mark): void {
  if (mark.kind === "group") commands.peek()?.open(mark);
  else clicked.value = { lat: mark.lat, lon: mark.lon };
}

function putHive(spot: LatLng): void {
  const { lat, lng } = spot.wrap();
  usePlace({ lat: Number(lat.toFixed(4)), lon: Number(lng.toFixed(4)) });
}

function toLatLng({ lat, lon }: Place): [number, number] {
  return [lat, lon];
}
