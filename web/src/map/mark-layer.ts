/** The layer with the boxes and the names of towns. */

import type { LatLng } from "leaflet";
import type { OwnNames, Towns } from "../places/towns";
import { drawLabel, drawMark, LABEL_FONT, type MarkStyle, type PlacedMark, radiusOf } from "./draw";
import type { Mark, View } from "./marks";
import { Cover, PaddedCanvas } from "./padded-canvas";
import { labels } from "./towns";

export interface Picture {
  readonly towns: Towns | null;
  readonly ownNames: OwnNames;
  /** The marks in a part of the world; `null` if newer ones replace them. The function itself is `null` without any. */
  readonly marksIn: ((view: View) => Promise<Mark[] | null>) | null;
  readonly style: MarkStyle;
  /** Whether the marks are listed only, because the surface is drawn. */
  readonly isHidden: boolean;
  /** The place of the box in the open panel. */
  readonly chosen: { readonly lat: number; readonly lon: number } | null;
  readonly accent: string;
}

/** In pixels around a click: WCAG asks for targets of 24 pixels. */
const HIT_RADIUS = 12;

export class MarkLayer extends PaddedCanvas {
  private marks: readonly Mark[] = [];
  private placed: PlacedMark[] = [];
  private requests = 0;

  constructor(
    pane: string,
    private picture: Picture,
  ) {
    super(pane);
  }

  /** Replaces what is shown. */
  set(picture: Picture): void {
    const hasSameMarks = picture.marksIn === this.picture.marksIn;
    this.picture = picture;
    this.soon(() => {
      if (!hasSameMarks) this.refresh();
      else if (this.cover && !this.isZooming) this.show(this.cover);
    });
  }

  /** The marks in the visible part of the map. */
  visibleMarks(): Mark[] {
    const { map, cover } = this;
    if (!map || !cover) return [];
    const low = this.visibleCorner(map, cover);
    const high = low.add(map.getSize());
    return this.placed.filter(({ x, y }) => x >= low.x && x <= high.x && y >= low.y && y <= high.y).map(({ mark }) => mark);
  }

  /** The topmost mark at a place. */
  markAt({ lat, lng }: LatLng): Mark | null {
    if (!this.cover || this.picture.isHidden) return null;
    const { x, y } = this.cover.spot(lat, lng);
    const isHit = (placed: PlacedMark) => Math.hypot(placed.x - x, placed.y - y) <= Math.max(HIT_RADIUS, radiusOf(placed.mark) + 2);
    return this.placed.findLast(isHit)?.mark ?? null;
  }

  /** What was painted stays until the marks of the new part have arrived. */
  protected refresh(): void {
    const { map } = this;
    if (!map || this.isZooming) return;
    const { marksIn } = this.picture;
    const cover = new Cover(map);
    this.requests += 1;
    const own = this.requests;
    // While it comes, a drag within it asks for nothing more, which would replace this request.
    this.coming = cover;
    const arrive = (marks: readonly Mark[] | null) => {
      if (own !== this.requests) return;
      this.coming = null;
      if (!marks || this.isZooming || !this.map) return;
      this.marks = marks;
      this.show(cover);
      this.fire("drawn", { isComplete: marksIn !== null });
    };
    if (marksIn) void marksIn(cover.view).then(arrive);
    else arrive([]);
  }

  protected paint(context: CanvasRenderingContext2D, cover: Cover): void {
    const { style, isHidden, chosen, accent } = this.picture;
    this.placed = this.marks.map((mark) => {
      const { x, y } = cover.spot(mark.lat, mark.lon);
      return { mark, x, y };
    });
    if (!isHidden) for (const each of this.placed) drawMark(context, each, style);
    this.drawTowns(context, cover);
    if (!chosen) return;
    const { x, y } = cover.spot(chosen.lat, chosen.lon);
    context.beginPath();
    context.arc(x, y, 12, 0, 2 * Math.PI);
    context.lineWidth = 3;
    context.strokeStyle = accent;
    context.stroke();
  }

  private drawTowns(context: CanvasRenderingContext2D, cover: Cover): void {
    const { towns, ownNames, style, isHidden } = this.picture;
    if (!towns) return;
    context.font = LABEL_FONT;
    context.textAlign = "center";
    context.textBaseline = "middle";
    const spot = (lat: number, lon: number) => cover.spot(lat, lon);
    const viewport = { ...cover.view, spot, widthOf: (name: string) => context.measureText(name).width };
    // Names may cover single boxes: there are many, and they show no number.
    const groups = isHidden ? [] : this.placed.filter(({ mark }) => mark.kind === "group");
    const obstacles = groups.map(({ mark, x, y }) => ({ x, y, radius: radiusOf(mark) }));
    for (const label of labels(towns, ownNames, viewport, obstacles)) drawLabel(context, label, style);
  }
}
