/** Lines and areas of the base map, as numbers that threads can hand over without a copy. */

/** Leaflet's width of the world at zoom 0, in pixels. */
export const WORLD = 256;

/** Lines, in pixels of the world at zoom 0. */
export interface Shapes {
  /** x and y of each point. */
  readonly points: Float64Array<ArrayBuffer>;
  /** The index of each line's first point, and at the end the number of points. */
  readonly starts: Uint32Array<ArrayBuffer>;
  /** The least x and y, and the greatest x and y, of each line. */
  readonly boxes: Float64Array<ArrayBuffer>;
}

/** How points of the world are placed on a canvas, and which part of the world that shows. */
export interface Frame {
  /** Pixels of the canvas per pixel of the world at zoom 0. */
  readonly scale: number;
  /** The canvas's corner, in its own pixels from the world's. */
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** In pixels. Points closer than this to the one before make no visible difference. */
const LEAST_STEP = 0.8;
/** In pixels. Lines that end this far outside of the canvas are not visible on it. */
const OUTSIDE = 4;

/** The part of a canvas's path interface that tracing needs. */
type Path = Pick<CanvasRenderingContext2D, "moveTo" | "lineTo">;

/** Adds the lines in a frame to a path, without detail that is too small to see. Returns the number of points. */
export function trace(path: Path, { points, starts, boxes }: Shapes, frame: Frame): number {
  let traced = 0;
  for (let line = 0; line + 1 < starts.length; line += 1) {
    if (!isVisible(boxes, line, frame)) continue;
    const [start = 0, end = 0] = [starts[line], starts[line + 1]];
    let [lastX, lastY] = [NaN, NaN];
    for (let point = start; point < end; point += 1) {
      const x = (points[2 * point] ?? 0) * frame.scale - frame.left;
      const y = (points[2 * point + 1] ?? 0) * frame.scale - frame.top;
      const isEnd = point === start || point === end - 1;
      if (!isEnd && Math.abs(x - lastX) < LEAST_STEP && Math.abs(y - lastY) < LEAST_STEP) continue;
      if (point === start) path.moveTo(x, y);
      else path.lineTo(x, y);
      [lastX, lastY] = [x, y];
      traced += 1;
    }
  }
  return traced;
}

function isVisible(boxes: Float64Array, line: number, { scale, left, top, width, height }: Frame): boolean {
  const side = (index: number, origin: number) => (boxes[4 * line + index] ?? 0) * scale - origin;
  return side(0, left) <= width + OUTSIDE && side(2, left) >= -OUTSIDE && side(1, top) <= height + OUTSIDE && side(3, top) >= -OUTSIDE;
}
