/** The layer below all others: sea and land, and from near also lakes, rivers and the borders of states. */

import { ask } from "./ask-worker";
import { DETAIL_ZOOM, type Place, tilesIn } from "./detail-grid";
import { Cover, PaddedCanvas } from "./padded-canvas";
import { type Frame, type Shapes, trace } from "./shapes";
import type { Detail, Land } from "./worker/messages";

export interface Ground {
  readonly land: Land | null;
  /** Whether detail may load: not before the first picture, which is useful without it. */
  readonly mayLoad: boolean;
  readonly colours: {
    readonly sea: string;
    readonly land: string;
    readonly coast: string;
    readonly border: string;
    readonly river: string;
  };
}

/** The widths of lines in pixels. */
const [THIN, WIDE, RIVER] = [0.8, 1.3, 1.1];

export class GroundLayer extends PaddedCanvas {
  /** The tiles of the detail by name; `null` while one loads. */
  private readonly details = new Map<string, Detail | null>();

  constructor(
    pane: string,
    private ground: Ground,
  ) {
    super(pane);
  }

  /** Replaces what is shown. */
  set(ground: Ground): void {
    this.ground = ground;
    this.soon(() => this.refresh());
  }

  protected refresh(): void {
    if (this.map && !this.isZooming) this.show(new Cover(this.map));
  }

  protected paint(context: CanvasRenderingContext2D, cover: Cover): void {
    const { frame } = cover;
    context.fillStyle = this.ground.colours.sea;
    context.fillRect(0, 0, frame.width, frame.height);
    context.lineJoin = "round";
    const details = cover.zoom < DETAIL_ZOOM ? null : this.detailsOf(tilesIn(frame));
    if (details) this.paintDetails(context, details, frame);
    else this.paintLand(context, frame);
  }

  private paintLand(context: CanvasRenderingContext2D, frame: Frame): void {
    const { land, colours } = this.ground;
    if (!land) return;
    fill(context, [land.countries], frame, colours.land);
    stroke(context, [land.countries], frame, colours.coast, THIN);
    stroke(context, [land.borders], frame, colours.border, THIN);
  }

  private paintDetails(context: CanvasRenderingContext2D, details: readonly Detail[], frame: Frame): void {
    const { colours } = this.ground;
    const layer = (name: keyof Detail) => details.map((detail) => detail[name]);
    fill(context, layer("land"), frame, colours.land);
    stroke(context, layer("states"), frame, colours.border, THIN);
    stroke(context, layer("rivers"), frame, colours.river, RIVER);
    fill(context, layer("lakes"), frame, colours.sea);
    stroke(context, layer("shores"), frame, colours.river, THIN);
    stroke(context, layer("borders"), frame, colours.coast, WIDE);
    stroke(context, layer("coasts"), frame, colours.coast, THIN);
  }

  /** The detail of some tiles; `null` until all have loaded, because a map half in detail would mislead. */
  private detailsOf(tiles: readonly Place[]): Detail[] | null {
    for (const tile of tiles) if (!this.details.has(tile.key) && this.ground.mayLoad) void this.load(tile);
    const loaded = tiles.map(({ key }) => this.details.get(key) ?? null);
    return loaded.every((each) => each !== null) ? loaded : null;
  }

  /** The map is useful without detail, so a failure needs no message; the next movement tries again. */
  private async load({ key, column, row }: Place): Promise<void> {
    this.details.set(key, null);
    const detail = await ask("detail", { column, row }).catch(() => null);
    if (detail) this.details.set(key, detail);
    else this.details.delete(key);
    if (detail && this.map) this.soon(() => this.refresh());
  }
}

/** One path for all, so that no seam shows where two tiles meet. */
function fill(context: CanvasRenderingContext2D, all: readonly Shapes[], frame: Frame, colour: string): void {
  context.fillStyle = colour;
  context.beginPath();
  for (const shapes of all) trace(context, shapes, frame);
  context.fill();
}

function stroke(context: CanvasRenderingContext2D, all: readonly Shapes[], frame: Frame, colour: string, width: number): void {
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.beginPath();
  for (const shapes of all) trace(context, shapes, frame);
  context.stroke();
}
