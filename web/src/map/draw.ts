/** How marks look. What is doubtful or old differs by its shape, not by colour alone. */

import { colourOf, needsDarkInk, type Scale } from "../palette";
import type { Group, Mark, Single } from "./clusters";
import type { Label } from "./towns";

export interface Spot {
  readonly mark: Mark;
  /** On the canvas. */
  readonly x: number;
  readonly y: number;
}

export interface Look {
  readonly scale: Scale;
  /** Around what is coloured, so that it stands out from the land. */
  readonly halo: string;
  /** Around what is hollow. */
  readonly ground: string;
  /** Of what has no colour. */
  readonly grey: string;
  readonly count: (count: number) => string;
}

const TURN = 2 * Math.PI;
const FONT = "600 11px system-ui, sans-serif";
export const LABEL_FONT = "12px system-ui, sans-serif";

/** How far a mark reaches from its middle. */
export function radiusOf(mark: Mark): number {
  if (mark.kind === "group") return mark.usable === 0 ? 6 : 10 + 3.6 * Math.log10(mark.usable + 1);
  return { none: 2, stale: 4, doubtful: 6.5, usable: 6 }[mark.state];
}

export function drawMark(ink: CanvasRenderingContext2D, { mark, x, y }: Spot, look: Look): void {
  if (mark.kind === "group") drawGroup(ink, mark, x, y, look);
  else drawBox(ink, mark, x, y, look);
}

function drawGroup(ink: CanvasRenderingContext2D, group: Group, x: number, y: number, look: Look): void {
  const radius = radiusOf(group);
  if (group.usable === 0) {
    ring(ink, x, y, radius, look);
    ring(ink, x, y, radius - 3, look);
    return;
  }
  const colour = colourOf(group.mean, look.scale);
  circle(ink, x, y, radius);
  fillWithHalo(ink, colour, look.halo, 2);
  ink.font = FONT;
  ink.textAlign = "center";
  ink.textBaseline = "middle";
  ink.fillStyle = needsDarkInk(colour) ? "#000000" : "#ffffff";
  ink.fillText(look.count(group.usable), x, y + 0.5);
}

/** A name on the land. */
export function drawLabel(ink: CanvasRenderingContext2D, { name, x, y }: Label, look: Look): void {
  ink.lineJoin = "round";
  ink.lineWidth = 3;
  ink.strokeStyle = look.ground;
  ink.strokeText(name, x, y);
  ink.fillStyle = look.grey;
  ink.fillText(name, x, y);
}

function drawBox(ink: CanvasRenderingContext2D, box: Single, x: number, y: number, look: Look): void {
  const radius = radiusOf(box);
  switch (box.state) {
    case "usable":
      circle(ink, x, y, radius);
      fillWithHalo(ink, colourOf(box.value, look.scale), look.halo, 1.5);
      break;
    case "doubtful":
      diamond(ink, x, y, radius);
      fillWithHalo(ink, Number.isNaN(box.value) ? look.grey : colourOf(box.value, look.scale), look.halo, 1.5);
      frame(ink, x, y, look.grey, radius);
      break;
    case "stale":
      ring(ink, x, y, radius, look);
      break;
    case "none":
      circle(ink, x, y, radius);
      ink.fillStyle = look.grey;
      ink.fill();
  }
}

function circle(ink: CanvasRenderingContext2D, x: number, y: number, radius: number): void {
  ink.beginPath();
  ink.arc(x, y, radius, 0, TURN);
}

function diamond(ink: CanvasRenderingContext2D, x: number, y: number, radius: number): void {
  ink.beginPath();
  ink.moveTo(x, y - radius);
  ink.lineTo(x + radius, y);
  ink.lineTo(x, y + radius);
  ink.lineTo(x - radius, y);
  ink.closePath();
}

/** A thin frame around the diamond, which tells it from the circles also where all is small. */
function frame(ink: CanvasRenderingContext2D, x: number, y: number, colour: string, radius: number): void {
  diamond(ink, x, y, radius + 2.2);
  ink.strokeStyle = colour;
  ink.lineWidth = 1.2;
  ink.stroke();
}

function ring(ink: CanvasRenderingContext2D, x: number, y: number, radius: number, look: Look): void {
  circle(ink, x, y, radius);
  ink.lineWidth = 3.4;
  ink.strokeStyle = look.ground;
  ink.stroke();
  ink.lineWidth = 1.4;
  ink.strokeStyle = look.grey;
  ink.stroke();
}

function fillWithHalo(ink: CanvasRenderingContext2D, colour: string, halo: string, width: number): void {
  ink.lineWidth = width * 2;
  ink.strokeStyle = halo;
  ink.stroke();
  ink.fillStyle = colour;
  ink.fill();
}
