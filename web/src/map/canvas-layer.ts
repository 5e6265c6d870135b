/**
 * A Leaflet layer with one canvas for land and marks. The canvas is larger than the visible map, so panning only moves it, which browsers
 * do without repainting. It is redrawn when the visible part reaches its edge or the map stops moving.
 */

import { DomUtil, type LatLng, Layer, type LeafletEvent, type Map as LeafletMap, type Point, point, type ZoomAnimEvent } from "leaflet";
import type { OwnNames, Towns } from "../places/towns";
import type { Clusters, Mark } from "./clusters";
import { drawLabel, drawMark, LABEL_FONT, type MarkStyle, type PlacedMark, radiusOf } from "./draw";
import type { Land } from "./land";
import { labels, type Viewport } from "./towns";

export interface Picture {
  readonly land: Land | null;
  readonly towns: Towns | null;
  readonly ownNames: OwnNames;
  readonly clusters: Clusters | null;
  readonly style: MarkStyle;
  readonly colours: { readonly sea: string; readonly land: string; readonly coast: string; readonly grid: string };
  /** The place of the box in the open panel. */
  readonly chosen: { readonly lat: number; readonly lon: number } | null;
  readonly accent: string;
}

/** The margin of the canvas around the visible map, as a share of its size. */
const MARGIN = 0.35;
/** In pixels around a click: WCAG asks for targets of 24 pixels. */
const HIT_RADIUS = 12;

export class CanvasLayer extends Layer {
  private readonly canvas = DomUtil.create("canvas", "map-canvas leaflet-zoom-animated");
  private readonly context = this.canvas.getContext("2d");
  private map: LeafletMap | null = null;
  private corner: LatLng | null = null;
  private origin: Point = point(0, 0);
  private size: Point = point(0, 0);
  private zoom = 0;
  private placed: PlacedMark[] = [];
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
      zoomanim: (event) => this.scaleInAnimation(event as ZoomAnimEvent),
    };
  }

  /** Replaces what is shown. */
  show(picture: Picture): void {
    this.picture = picture;
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => this.draw());
  }

  /** The marks in the visible part of the map. */
  visibleMarks(): Mark[] {
    const map = this.map;
    if (!map) return [];
    const [low, high] = [this.visibleCorner(map), this.visibleCorner(map).add(map.getSize())];
    return this.placed.filter(({ x, y }) => x >= low.x && x <= high.x && y >= low.y && y <= high.y).map(({ mark }) => mark);
  }

  /** The topmost mark at a place. */
  markAt(place: LatLng): Mark | null {
    if (!this.map) return null;
    const { x, y } = this.map.latLngToLayerPoint(place).subtract(this.origin);
    const isHit = (placed: PlacedMark) => Math.hypot(placed.x - x, placed.y - y) <= Math.max(HIT_RADIUS, radiusOf(placed.mark) + 2);
    return this.placed.findLast(isHit)?.mark ?? null;
  }

  private visibleCorner(map: LeafletMap): Point {
    return map.containerPointToLayerPoint([0, 0]).subtract(this.origin);
  }

  private drawIfNearEdge(): void {
    const map = this.map;
    if (!map || map.getZoom() !== this.zoom) return;
    const corner = this.visibleCorner(map);
    const end = corner.add(map.getSize());
    if (corner.x < 0 || corner.y < 0 || end.x > this.size.x || end.y > this.size.y) this.draw();
  }

  /** Scales the canvas during Leaflet's zoom animation instead of redrawing it. */
  private scaleInAnimation(event: ZoomAnimEvent): void {
    const map = this.map;
    if (!map || !this.corner) return;
    const pane = DomUtil.getPosition(map.getPanes().mapPane);
    const newOrigin = map.project(event.center, event.zoom).subtract(map.getSize().divideBy(2)).add(pane).round();
    const offset = map.project(this.corner, event.zoom).subtract(newOrigin);
    DomUtil.setTransform(this.canvas, offset, map.getZoomScale(event.zoom, this.zoom));
  }

  /** Scales the canvas during a pinch gesture. */
  private scaleInPinch(): void {
    const map = this.map;
    if (!map || !this.corner || map.getZoom() === this.zoom) return;
    DomUtil.setTransform(this.canvas, map.latLngToLayerPoint(this.corner), map.getZoomScale(map.getZoom(), this.zoom));
  }

  private draw(): void {
    const { map, context } = this;
    if (!map || !context) return;
    const visible = map.getSize();
    const margin = visible.multiplyBy(MARGIN).round();
    this.size = visible.add(margin.multiplyBy(2));
    this.origin = map.containerPointToLayerPoint(point(0, 0).subtract(margin)).round();
    this.corner = map.layerPointToLatLng(this.origin);
    this.zoom = map.getZoom();
    const density = Math.min(devicePixelRatio || 1, 2);
    this.canvas.width = this.size.x * density;
    this.canvas.height = this.size.y * density;
    this.canvas.style.width = `${this.size.x}px`;
    this.canvas.style.height = `${this.size.y}px`;
    DomUtil.setTransform(this.canvas, this.origin, 1);
    context.setTransform(density, 0, 0, density, 0, 0);
    this.drawLand(map, context, density);
    this.drawMarks(map, context);
    this.fire("drawn");
  }

  private drawLand(map: LeafletMap, context: CanvasRenderingContext2D, density: number): void {
    const { land, colours } = this.picture;
    context.fillStyle = colours.sea;
    context.fillRect(0, 0, this.size.x, this.size.y);
    if (!land) return;
    const scale = map.getZoomScale(this.zoom, 0);
    const shift = map.getPixelOrigin().add(this.origin);
    context.setTransform(density * scale, 0, 0, density * scale, -shift.x * density, -shift.y * density);
    context.lineJoin = "round";
    context.fillStyle = colours.land;
    context.fill(land.countries);
    context.lineWidth = 0.8 / scale;
    context.strokeStyle = colours.coast;
    context.stroke(land.countries);
    context.lineWidth = 0.8 / scale;
    context.strokeStyle = colours.grid;
    context.stroke(land.borders);
    context.setTransform(density, 0, 0, density, 0, 0);
  }

  private drawMarks(map: LeafletMap, context: CanvasRenderingContext2D): void {
    const { clusters, style, chosen, accent } = this.picture;
    const end = map.layerPointToLatLng(this.origin.add(this.size));
    const start = this.corner ?? end;
    const view = { west: start.lng, north: start.lat, east: end.lng, south: end.lat, zoom: this.zoom };
    const spot = (lat: number, lon: number) => map.latLngToLayerPoint([lat, lon]).subtract(this.origin);
    this.placed = (clusters?.marks(view) ?? []).map((mark) => {
      const { x, y } = spot(mark.lat, mark.lon);
      return { mark, x, y };
    });
    for (const each of this.placed) drawMark(context, each, style);
    this.drawTowns(context, { ...view, spot });
    if (chosen) {
      const { x, y } = spot(chosen.lat, chosen.lon);
      context.beginPath();
      context.arc(x, y, 12, 0, 2 * Math.PI);
      context.lineWidth = 3;
      context.strokeStyle = accent;
      context.stroke();
    }
  }

  private drawTowns(context: CanvasRenderingContext2D, view: Omit<Viewport, "widthOf">): void {
    const { towns, ownNames, style } = this.picture;
    if (!towns) return;
    context.font = LABEL_FONT;
    context.textAlign = "center";
    context.textBaseline = "middle";
    const viewport = { ...view, widthOf: (name: string) => context.measureText(name).width };
    // Names may cover single boxes: there are many, and they show no number.
    const groups = this.placed.filter(({ mark }) => mark.kind === "group");
    const obstacles = groups.map(({ mark, x, y }) => ({ x, y, radius: radiusOf(mark) }));
    for (const label of labels(towns, ownNames, viewport, obstacles)) drawLabel(context, label, style);
  }
}
