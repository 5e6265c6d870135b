/** Draws marks. Doubtful, stale and indoor ones differ by shape, not by colour alone. */

import type { Group, Mark, Single } from "./marks";
import { needsDarkInk } from "./palette";
import type { Label } from "./towns";

export interface PlacedMark {
  readonly mark: Mark;
  /** In pixels on the canvas. */
  readonly x: number;
  readonly y: number;
}

export interface MarkStyle {
  /** The colour of a value. */
  colour(value: number): string;
  /** The text in a group. */
  text(mean: number): string;
  /** Whether values are directions, which arrows show. */
  readonly isDirection: boolean;
  /** The outline of coloured marks, which sets them off from the land. */
  readonly halo: string;
  /** The outline of hollow marks and of names. */
  readonly ground: string;
  /** The colour of marks without a value, and of names. */
  readonly grey: string;
}

const TURN = 2 * Math.PI;
/** Arrows need more room than dots. In pixels. */
const ARROW_RADIUS = 9;
export const LABEL_FONT = "12px system-ui, sans-serif";

/** The radius of a mark in pixels. That of a group grows with the number of its boxes. */
export function radiusOf(mark: Mark): number {
  if (mark.kind === "group") return (mark.usable === 0 ? 6 : 11.5) + 3.4 * Math.log10(mark.boxes);
  return { none: 2, stale: 4, indoor: 5, doubtful: 6.5, usable: 6 }[mark.state];
}

export function drawMark(context: CanvasRenderingContext2D, { mark, x, y }: PlacedMark, style: MarkStyle): void {
  if (mark.kind === "group") drawGroup(context, mark, x, y, style);
  else drawBox(context, mark, x, y, style);
}

function drawGroup(context: CanvasRenderingContext2D, group: Group, x: number, y: number, style: MarkStyle): void {
  const radius = radiusOf(group);
  if (group.usable === 0) {
    ring(context, x, y, radius, style);
    ring(context, x, y, radius - 3, style);
    return;
  }
  const colour = style.colour(group.mean);
  circle(context, x, y, radius);
  fillWithHalo(context, colour, style.halo, 2);
  const ink = needsDarkInk(colour) ? "#000000" : "#ffffff";
  if (style.isDirection) {
    arrow(context, x, y, radius * 0.68, group.mean, ink);
    return;
  }
  const text = style.text(group.mean);
  context.font = `600 ${text.length > 3 ? 10 : 12}px system-ui, sans-serif`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillStyle = ink;
  context.fillText(text, x, y + 0.5);
}

/** Draws the name of a town. */
export function drawLabel(context: CanvasRenderingContext2D, { name, x, y }: Label, style: MarkStyle): void {
  context.lineJoin = "round";
  context.lineWidth = 3;
  context.strokeStyle = style.ground;
  context.strokeText(name, x, y);
  context.fillStyle = style.grey;
  context.fillText(name, x, y);
}

function drawBox(context: CanvasRenderingContext2D, box: Single, x: number, y: number, style: MarkStyle): void {
  const radius = radiusOf(box);
  switch (box.state) {
    case "usable": {
      const colour = style.colour(box.value);
      circle(context, x, y, style.isDirection ? ARROW_RADIUS : radius);
      fillWithHalo(context, colour, style.halo, 1.5);
      if (style.isDirection) arrow(context, x, y, ARROW_RADIUS * 0.7, box.value, needsDarkInk(colour) ? "#000000" : "#ffffff");
      break;
    }
    case "doubtful":
      diamond(context, x, y, radius);
      fillWithHalo(context, Number.isNaN(box.value) ? style.grey : style.colour(box.value), style.halo, 1.5);
      frame(context, x, y, style.grey, radius);
      break;
    case "stale":
      ring(context, x, y, radius, style);
      break;
    case "indoor":
      square(context, x, y, radius);
      outline(context, style);
      break;
    case "none":
      circle(context, x, y, radius);
      context.fillStyle = style.grey;
      context.fill();
  }
}

/** Draws an arrow to where the wind blows. `from` is where it comes from, in degrees clockwise from north. */
function arrow(context: CanvasRenderingContext2D, x: number, y: number, length: number, from: number, ink: string): void {
  context.save();
  context.translate(x, y);
  context.rotate(((from + 180) * Math.PI) / 180);
  context.beginPath();
  context.moveTo(0, length);
  context.lineTo(0, -length);
  context.moveTo(-length * 0.6, -length * 0.35);
  context.lineTo(0, -length);
  context.lineTo(length * 0.6, -length * 0.35);
  context.lineWidth = 2;
  context.lineCap = "round";
  context.lineJoin = "round";
  context.strokeStyle = ink;
  context.stroke();
  context.restore();
}

function circle(context: CanvasRenderingContext2D, x: number, y: number, radius: number): void {
  context.beginPath();
  context.arc(x, y, radius, 0, TURN);
}

function diamond(context: CanvasRenderingContext2D, x: number, y: number, radius: number): void {
  context.beginPath();
  context.moveTo(x, y - radius);
  context.lineTo(x + radius, y);
  context.lineTo(x, y + radius);
  context.lineTo(x - radius, y);
  context.closePath();
}

/** Draws a thin frame around a diamond, which distinguishes it from circles even at a small size. */
function frame(context: CanvasRenderingContext2D, x: number, y: number, colour: string, radius: number): void {
  diamond(context, x, y, radius + 2.2);
  context.strokeStyle = colour;
  context.lineWidth = 1.2;
  context.stroke();
}

function square(context: CanvasRenderingContext2D, x: number, y: number, radius: number): void {
  context.beginPath();
  context.rect(x - radius, y - radius, 2 * radius, 2 * radius);
}

function ring(context: CanvasRenderingContext2D, x: number, y: number, radius: number, style: MarkStyle): void {
  circle(context, x, y, radius);
  outline(context, style);
}

/** Draws a hollow symbol. */
function outline(context: CanvasRenderingContext2D, style: MarkStyle): void {
  context.lineWidth = 3.4;
  context.strokeStyle = style.ground;
  context.stroke();
  context.lineWidth = 1.4;
  context.strokeStyle = style.grey;
  context.stroke();
}

function fillWithHalo(context: CanvasRenderingContext2D, colour: string, halo: string, width: number): void {
  context.lineWidth = width * 2;
  context.strokeStyle = halo;
  context.stroke();
  context.fillStyle = colour;
  context.fill();
}
