/** Turns a tile of estimates into a picture: coloured by value, and paler the less certain an estimate is. */

import { colourAt, type Rgb, type Scale } from "../palette";

/** A tile of the API: points on its edges too, so that tiles meet without a seam. */
export interface SurfaceTile {
  readonly as_of: string;
  readonly unit: string;
  /** Points along each side. */
  readonly size: number;
  /** In hundredths of the unit, row by row from the north-west; `null` where nothing is known. */
  readonly value: readonly (number | null)[];
  /** One standard error of each value, in the same way. */
  readonly uncertainty: readonly (number | null)[];
}

/** Estimates with their points along each side. NaN where nothing is known. */
export interface Estimates {
  readonly size: number;
  readonly value: Float32Array<ArrayBuffer>;
  readonly uncertainty: Float32Array<ArrayBuffer>;
}

/** Pixels along each side of a picture. The browser enlarges it to the tile. */
export const PIXELS = 128;
/** The opacity of a certain estimate: coasts and borders stay visible below. */
const OPAQUE = 0.78;
/** Uncertainties in widths of a colour of the legend: up to the first an estimate is certain, and from the second on it is not shown. */
const [CERTAIN, VAGUE] = [0.1, 0.4];
/** The width of the colour of a direction. */
const DIRECTION_WIDTH = 45;

export function estimatesOf({ size, value, uncertainty }: SurfaceTile): Estimates {
  const decode = (column: readonly (number | null)[]) => Float32Array.from(column, (each) => (each === null ? NaN : each / 100));
  return { size, value: decode(value), uncertainty: decode(uncertainty) };
}

/** The estimate at a place in a tile, from 0 to 1 east and south of its corner; `null` where nothing is known. */
export function estimateAt(estimates: Estimates, east: number, south: number, isDirection: boolean): Estimate | null {
  const { size, value, uncertainty } = estimates;
  const [column, row] = [Math.min(east * (size - 1), size - 1.001), Math.min(south * (size - 1), size - 1.001)];
  const [left, top] = [Math.floor(column), Math.floor(row)];
  const [right, down] = [column - left, row - top];
  const first = value[top * size + left] ?? NaN;
  let [known, sum, doubt] = [0, 0, 0];
  for (const [down01, right01] of CORNERS) {
    const index = (top + down01) * size + left + right01;
    const weight = (down01 ? down : 1 - down) * (right01 ? right : 1 - right);
    const here = value[index] ?? NaN;
    if (weight === 0 || Number.isNaN(here)) continue;
    // 350° and 10° are 20° apart, across north.
    const near = isDirection && !Number.isNaN(first) ? first + ((((here - first + 180) % 360) + 360) % 360) - 180 : here;
    known += weight;
    sum += weight * near;
    doubt += weight * (uncertainty[index] ?? 0);
  }
  if (known === 0) return null;
  const mean = sum / known;
  return { value: isDirection ? ((mean % 360) + 360) % 360 : mean, uncertainty: doubt / known, known };
}

export interface Estimate {
  readonly value: number;
  readonly uncertainty: number;
  /** The weight of the points that are known, 0 to 1. */
  readonly known: number;
}

const CORNERS = [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
] as const;

/** The picture of a tile, as red, green, blue and opacity of each pixel. */
export function pixelsOf(estimates: Estimates, scale: Scale | null): Uint8ClampedArray<ArrayBuffer> {
  const pixels = new Uint8ClampedArray(PIXELS * PIXELS * 4);
  const width = scale ? widthOf(scale) : DIRECTION_WIDTH;
  for (let row = 0; row < PIXELS; row += 1) {
    for (let column = 0; column < PIXELS; column += 1) {
      const found = estimateAt(estimates, (column + 0.5) / PIXELS, (row + 0.5) / PIXELS, scale === null);
      if (!found) continue;
      const colour: Rgb = colourAt(found.value, scale);
      pixels.set([...colour, 255 * found.known * opacityOf(found.uncertainty / width)], 4 * (row * PIXELS + column));
    }
  }
  return pixels;
}

/** The opacity of an estimate by its uncertainty, in widths of a colour. */
export function opacityOf(uncertainty: number): number {
  return OPAQUE * Math.min(1, Math.max(0, (VAGUE - uncertainty) / (VAGUE - CERTAIN)));
}

/** The usual width of a colour in the legend. */
function widthOf(scale: Scale): number {
  const widths = scale.slice(1).map((bound, index) => bound - (scale[index] ?? 0));
  return widths.sort((one, other) => one - other)[Math.floor(widths.length / 2)] ?? 1;
}
