/**
 * A Leaflet layer with one canvas. The canvas is larger than the visible map, so panning only moves it, which browsers do without
 * repainting. It is painted again when the visible part reaches its edge or the map stops moving.
 */

import { DomUtil, type LatLng, Layer, type LeafletEvent, type Map as LeafletMap, type Point, point, type ZoomAnimEvent } from "leaflet";
import type { View } from "./marks";
import type { Frame } from "./shapes";

/** The margin of the canvas around the visible map, as a share of its size. */
const MARGIN = 0.35;
/** More pixels than this per pixel of the page cost time that nobody sees. */
const GREATEST_DENSITY = 2;

/** The part of the map that a canvas covers. */
export class Cover {
  readonly size: Point;
  /** The corner, in Leaflet's layer points. */
  readonly origin: Point;
  readonly corner: LatLng;
  readonly zoom: number;

  constructor(private readonly map: LeafletMap) {
    const margin = map.getSize().multiplyBy(MARGIN).round();
    this.size = map.getSize().add(margin.multiplyBy(2));
    this.origin = map.containerPointToLayerPoint(point(0, 0).subtract(margin)).round();
    this.corner = map.layerPointToLatLng(this.origin);
    this.zoom = map.getZoom();
  }

  get view(): View {
    const end = this.map.layerPointToLatLng(this.origin.add(this.size));
    return { west: this.corner.lng, north: this.corner.lat, east: end.lng, south: end.lat, zoom: this.zoom };
  }

  get frame(): Frame {
    const { x, y } = this.map.getPixelOrigin().add(this.origin);
    return { scale: this.map.getZoomScale(this.zoom, 0), left: x, top: y, width: this.size.x, height: this.size.y };
  }

  /** The place of coordinates on the canvas. */
  spot(lat: number, lon: number): Point {
    return this.map.latLngToLayerPoint([lat, lon]).subtract(this.origin);
  }
}

export abstract class PaddedCanvas extends Layer {
  protected map: LeafletMap | null = null;
  /** What the canvas shows. */
  protected cover: Cover | null = null;
  /** What it will show, while that is not known yet. */
  protected coming: Cover | null = null;
  /** Whether a zoom animation is under way, during which the canvas only scales. */
  protected isZooming = false;
  private frame = 0;
  private readonly canvas = DomUtil.create("canvas", "map-canvas leaflet-zoom-animated");
  private readonly context = this.canvas.getContext("2d");

  /** @param pane the name of the pane that holds the canvas */
  constructor(private readonly pane: string) {
    super();
    this.canvas.setAttribute("aria-hidden", "true");
  }

  /** Paints the canvas again, now or once what it shows is known. */
  protected abstract refresh(): void;
  /** Paints on the cleared canvas. */
  protected abstract paint(context: CanvasRenderingContext2D, cover: Cover): void;

  override onAdd(map: LeafletMap): this {
    this.map = map;
    (map.getPane(this.pane) ?? map.getPanes().overlayPane).append(this.canvas);
    this.refresh();
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
      moveend: () => {
        this.isZooming = false;
        this.place();
        this.refresh();
      },
      resize: () => this.refresh(),
      move: () => this.refreshNearEdge(),
      zoom: () => this.place(),
      zoomanim: (event) => this.scaleInAnimation(event as ZoomAnimEvent),
    };
  }

  /** Does some work with the next frame, and only the last such work. */
  protected soon(work: () => void): void {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(work);
  }

  /** Shows a part of the map on the canvas. */
  protected show(cover: Cover): void {
    const { context, canvas } = this;
    if (!context) return;
    const { size, origin } = cover;
    const density = Math.min(devicePixelRatio || 1, GREATEST_DENSITY);
    const [width, height] = [Math.round(size.x * density), Math.round(size.y * density)];
    // Setting the size clears the canvas and takes its memory anew, which is slow.
    if (canvas.width !== width || canvas.height !== height) {
      canvas.width = width;
      canvas.height = height;
      canvas.style.width = `${size.x}px`;
      canvas.style.height = `${size.y}px`;
    }
    this.cover = cover;
    this.coming = null;
    DomUtil.setTransform(canvas, origin, 1);
    context.setTransform(density, 0, 0, density, 0, 0);
    context.clearRect(0, 0, size.x, size.y);
    this.paint(context, cover);
  }

  /** The visible part's corner on the canvas. */
  protected visibleCorner(map: LeafletMap, cover: Cover): Point {
    return map.containerPointToLayerPoint([0, 0]).subtract(cover.origin);
  }

  private refreshNearEdge(): void {
    const map = this.map;
    const cover = this.coming ?? this.cover;
    if (!map || !cover || map.getZoom() !== cover.zoom) return;
    const corner = this.visibleCorner(map, cover);
    const end = corner.add(map.getSize());
    if (corner.x < 0 || corner.y < 0 || end.x > cover.size.x || end.y > cover.size.y) this.refresh();
  }

  /** Scales the canvas during Leaflet's zoom animation instead of painting it. */
  private scaleInAnimation(event: ZoomAnimEvent): void {
    const { map, cover } = this;
    if (!map || !cover) return;
    this.isZooming = true;
    const pane = DomUtil.getPosition(map.getPanes().mapPane);
    const newOrigin = map.project(event.center, event.zoom).subtract(map.getSize().divideBy(2)).add(pane).round();
    const offset = map.project(cover.corner, event.zoom).subtract(newOrigin);
    DomUtil.setTransform(this.canvas, offset, map.getZoomScale(event.zoom, cover.zoom));
  }

  /** Puts what was painted where it belongs on the map of now, as during a pinch, or before it is painted again. */
  private place(): void {
    const { map, cover } = this;
    if (!map || !cover) return;
    DomUtil.setTransform(this.canvas, map.latLngToLayerPoint(cover.corner), map.getZoomScale(map.getZoom(), cover.zoom));
  }
}
