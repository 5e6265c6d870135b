/** One finger and the wheel scroll the page; two fingers move the map, and Ctrl with the wheel zooms it. */

import { signal } from "@preact/signals";
import type { Map as LeafletMap } from "leaflet";

/** A gesture that scrolled the page although it was over the map; `null` a moment later. */
export const gesture = signal<"touch" | "wheel" | null>(null);

/** How long the hint stays, in milliseconds. */
const HINT_TIME = 1_600;
/** In pixels. A shorter movement of a finger is a tap. */
const SHORTEST_MOVE = 12;

/** Leaves the page's gestures to the page; returns a function that stops it. */
export function sharePageGestures(map: LeafletMap): () => void {
  const element = map.getContainer();
  const stop = new AbortController();
  const { signal } = stop;
  let timer = 0;
  const hint = (kind: "touch" | "wheel") => {
    gesture.value = kind;
    clearTimeout(timer);
    timer = window.setTimeout(() => (gesture.value = null), HINT_TIME);
  };
  // These run before Leaflet's own listeners, because they capture.
  const capture = { capture: true, passive: true, signal };
  const onPointerDown = ({ pointerType }: PointerEvent) => {
    if (pointerType === "touch") map.dragging.disable();
    else map.dragging.enable();
  };
  const onWheel = (event: WheelEvent) => {
    if (event.ctrlKey || event.metaKey) return;
    event.stopPropagation();
    hint("wheel");
  };
  let start: { readonly x: number; readonly y: number } | null = null;
  const onTouchStart = ({ touches: [first, second] }: TouchEvent) => {
    start = first && !second ? { x: first.clientX, y: first.clientY } : null;
  };
  const onTouchMove = ({ touches: [first] }: TouchEvent) => {
    if (!start || !first || Math.hypot(first.clientX - start.x, first.clientY - start.y) < SHORTEST_MOVE) return;
    start = null;
    hint("touch");
  };
  element.addEventListener("pointerdown", onPointerDown, capture);
  element.addEventListener("wheel", onWheel, capture);
  element.addEventListener("touchstart", onTouchStart, capture);
  element.addEventListener("touchmove", onTouchMove, capture);
  return () => {
    stop.abort();
    clearTimeout(timer);
  };
}
