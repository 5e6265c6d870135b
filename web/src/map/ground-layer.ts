/** The layer below all others: sea, land, coasts and borders. */

import { Cover, PaddedCanvas } from "./padded-canvas";
import { type Frame, type Shapes, trace } from "./shapes";
import type { Land } from "./worker/messages";

export interface Ground {
  readonly land: Land | null;
  readonly colours: { readonly sea: string; readonly land: string; readonly coast: string; readonly border: string };
}

/** In pixels. */
const LINE_WIDTH = 0.8;

export class GroundLayer extends PaddedCanvas {
  private frame = 0;

  constructor(
    pane: string,
    private ground: Ground,
  ) {
    super(pane);
  }

  override onRemove(): this {
    cancelAnimationFrame(this.frame);
    return super.onRemove();
  }

  /** Replaces what is shown. */
  set(ground: Ground): void {
    this.ground = ground;
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => this.refresh());
  }

  protected refresh(): void {
    if (this.map && !this.isZooming) this.show(new Cover(this.map));
  }

  protected paint(context: CanvasRenderingContext2D, cover: Cover): void {
    const { land, colours } = this.ground;
    const { frame } = cover;
    context.fillStyle = colours.sea;
    context.fillRect(0, 0, frame.width, frame.height);
    if (!land) return;
    context.lineJoin = "round";
    context.lineWidth = LINE_WIDTH;
    context.fillStyle = colours.land;
    line(context, land.countries, frame, colours.coast);
    context.fill();
    context.stroke();
    line(context, land.borders, frame, colours.border);
    context.stroke();
  }
}

function line(context: CanvasRenderingContext2D, shapes: Shapes, frame: Frame, colour: string): void {
  context.strokeStyle = colour;
  context.beginPath();
  trace(context, shapes, frame);
}
