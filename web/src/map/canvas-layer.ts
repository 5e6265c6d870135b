/**
 * A Leaflet layer of one canvas for land and marks. The canvas is larger than the map's window, so that a pan only moves it, which
 * browsers do without drawing; it is drawn anew when the window nears its edge or the map has come to rest.
 */

import {
  DomEvent,
  DomUtil,
  type LatLng,
  Layer,
  type LeafletEvent,
  type Map as LeafletMap,
  type Point,
  point,
  type ZoomAnimEvent,
} from "leaflet";
import type { Clusters, Mark } from "./clusters";
import { drawLabel, drawMark, LABEL_FONT, type Look, radiusOf, type Spot } from "./draw";
import type { Land } from "./land";
import { labels, type Sheet, type Towns } from "./towns";

export interface Picture {
  readonly land: Land | null;
  readonly towns: Towns | null;
  readonly isGerman: boolean;
  readonly clusters: Clusters | null;
  readonly look: Look;
  readonly colours: { readonly sea: string; readonly land: string; readonly coast: string; readonly grid: string };
  /** Where the box stands whose panel is open. */
  readonly chosen: { readonly lat: number; readonly lon: number } | null;
  readonly accent: string;
}

/** How far the canvas reaches beyond the window, as a share of the window. */
const MARGIN = 0.35;
/** Of a finger or a mouse: WCAG wants targets of 24 pixels. */
const REACH = 12;

export class CanvasLayer extends Layer {
  private readonly canvas = DomUtil.create("canvas", "map-canvas leaflet-zoom-animated");
  private readonly ink = this.canvas.getContext("2d");
  private map: LeafletMap | null = null;
  private corner: LatLng | null = null;
  private origin: Point = point(0, 0);
  private size: Point = point(0, 0);
  private zoom = 0;
  private spots: Spot[] = [];
  private frame = 0;

  constructor(private picture: Picture) {
    super();
    this.canvas.setAttribute("aria-hidden", "true");
  }

  override onAdd(map: LeafletMap): this {
    this.map = map;
    map.getPanes().overlayPane.append(this.canvas);
    this.draw();
    return this;
  }

  override onRemove(): this {
    cancelAnimationFrame(this.frame);
    this.canvas.remove();
    this.map = null;
    return this;
  }

  override getEvents(): Record<string, (event: LeafletEvent) => void> {
    return {
      moveend: () => this.draw(),
      resize: () => this.draw(),
      move: () => this.drawIfNearEdge(),
      zoom: () => this.scaleInPinch(),
      zoomanim: (event) => this.follow(event as ZoomAnimEvent),
    };
  }

  /** Shows something else. */
  show(picture: Picture): void {
    this.picture = picture;
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => this.draw());
  }

  /** What is drawn within the window. */
  inWindow(): Mark[] {
    const map = this.map;
    if (!map) return [];
    const [low, high] = [this.windowCorner(map), this.windowCorner(map).add(map.getSize())];
    return this.spots.filter(({ x, y }) => x >= low.x && x <= high.x && y >= low.y && y <= high.y).map(({ mark }) => mark);
  }

  /** The topmost mark at a place of the map. */
  markAt(place: LatLng): Mark | null {
    if (!this.map) return null;
    const { x, y } = this.map.latLngToLayerPoint(place).subtract(this.origin);
    const isHit = (spot: Spot) => Math.hypot(spot.x - x, spot.y - y) <= Math.max(REACH, radiusOf(spot.mark) + 2);
    return this.spots.findLast(isHit)?.mark ?? null;
  }

  private windowCorner(map: LeafletMap): Point {
    return map.containerPointToLayerPoint([0, 0]).subtract(this.origin);
  }

  private drawIfNearEdge(): void {
    const map = this.map;
    if (!map || map.getZoom() !== this.zoom) return;
    const corner = this.windowCorner(map);
    const end = corner.add(map.getSize());
    if (corner.x < 0 || corner.y < 0 || end.x > this.size.x || end.y > this.size.y) this.draw();
  }

  /** While Leaflet zooms, the picture is only scaled. */
  private follow(event: ZoomAnimEvent): void {
    const map = this.map;
    if (!map || !this.corner) return;
    const pane = DomUtil.getPosition(map.getPanes().mapPane);
    const newOrigin = map.project(event.center, event.zoom).subtract(map.getSize().divideBy(2)).add(pane).round();
    const offset = map.project(this.corner, event.zoom).subtract(newOrigin);
    DomUtil.setTransform(this.canvas, offset, map.getZoomScale(event.zoom, this.zoom));
  }

  /** Between two fingers, too. */
  private scaleInPinch(): void {
    const map = this.map;
    if (!map || !this.corner || map.getZoom() === this.zoom) return;
    DomUtil.setTransform(this.canvas, map.latLngToLayerPoint(this.corner), map.getZoomScale(map.getZoom(), this.zoom));
  }

  private draw(): void {
    const { map, ink } = this;
    if (!map || !ink) return;
    const window = map.getSize();
    const margin = window.multiplyBy(MARGIN).round();
    this.size = window.add(margin.multiplyBy(2));
    this.origin = map.containerPointToLayerPoint(point(0, 0).subtract(margin)).round();
    this.corner = map.layerPointToLatLng(this.origin);
    this.zoom = map.getZoom();
    const density = Math.min(devicePixelRatio || 1, 2);
    this.canvas.width = this.size.x * density;
    this.canvas.height = this.size.y * density;
    this.canvas.style.width = `${this.size.x}px`;
    this.canvas.style.height = `${this.size.y}px`;
    DomUtil.setTransform(this.canvas, this.origin, 1);
    ink.setTransform(density, 0, 0, density, 0, 0);
    this.drawLand(map, ink, density);
    this.drawMarks(map, ink);
    this.fire("drawn");
  }

  private drawLand(map: LeafletMap, ink: CanvasRenderingContext2D, density: number): void {
    const { land, colours } = this.picture;
    ink.fillStyle = colours.sea;
    ink.fillRect(0, 0, this.size.x, this.size.y);
    if (!land) return;
    const scale = map.getZoomScale(this.zoom, 0);
    const shift = map.getPixelOrigin().add(this.origin);
    ink.setTransform(density * scale, 0, 0, density * scale, -shift.x * density, -shift.y * density);
    ink.lineJoin = "round";
    ink.fillStyle = colours.land;
    ink.fill(land.countries);
    ink.lineWidth = 0.8 / scale;
    ink.strokeStyle = colours.coast;
    ink.stroke(land.countries);
    ink.lineWidth = 0.8 / scale;
    ink.strokeStyle = colours.grid;
    ink.stroke(land.borders);
    ink.setTransform(density, 0, 0, density, 0, 0);
  }

  private drawMarks(map: LeafletMap, ink: CanvasRenderingContext2D): void {
    const { clusters, look, chosen, accent } = this.picture;
    const end = map.layerPointToLatLng(this.origin.add(this.size));
    const start = this.corner ?? end;
    const view = { west: start.lng, north: start.lat, east: end.lng, south: end.lat, zoom: this.zoom };
    const spot = (lat: number, lon: number) => map.latLngToLayerPoint([lat, lon]).subtract(this.origin);
    this.spots = (clusters?.marks(view) ?? []).map((mark) => {
      const { x, y } = spot(mark.lat, mark.lon);
      return { mark, x, y };
    });
    for (const each of this.spots) drawMark(ink, each, look);
    this.drawTowns(ink, { ...view, spot });
    if (chosen) {
      const { x, y } = spot(chosen.lat, chosen.lon);
      ink.beginPath();
      ink.arc(x, y, 12, 0, 2 * Math.PI);
      ink.lineWidth = 3;
      ink.strokeStyle = accent;
      ink.stroke();
    }
  }

  private drawTowns(ink: CanvasRenderingContext2D, view: Omit<Sheet, "widthOf">): void {
    const { towns, isGerman, look } = this.picture;
    if (!towns) return;
    ink.font = LABEL_FONT;
    ink.textAlign = "center";
    ink.textBaseline = "middle";
    const sheet = { ...view, widthOf: (name: string) => ink.measureText(name).width };
    // Names may lie on single boxes, of which there are many and none has a number in it.
    const groups = this.spots.filter(({ mark }) => mark.kind === "group");
    const obstacles = groups.map(({ mark, x, y }) => ({ x, y, radius: radiusOf(mark) }));
    for (const label of labels(towns, isGerman, sheet, obstacles)) drawLabel(ink, label, look);
  }
}

/** Keeps clicks and wheels on a control from the map below it. */
export function shield(element: HTMLElement): void {
  DomEvent.disableClickPropagation(element);
  DomEvent.disableScrollPropagation(element);
}
