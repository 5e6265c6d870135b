/** Packs lines for the page. */

import type { Shapes } from "../shapes";

/** The x and y of each point of a line, in pixels of the world at zoom 0. */
export type Flat = readonly number[];

export function shapesOf(lines: readonly Flat[]): Shapes {
  const total = lines.reduce((sum, line) => sum + line.length, 0);
  const shapes = { points: new Float64Array(total), starts: new Uint32Array(lines.length + 1), boxes: new Float64Array(4 * lines.length) };
  let at = 0;
  lines.forEach((line, index) => {
    let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
    for (let point = 0; point < line.length; point += 2) {
      const [x = 0, y = 0] = [line[point], line[point + 1]];
      [left, top, right, bottom] = [Math.min(left, x), Math.min(top, y), Math.max(right, x), Math.max(bottom, y)];
    }
    shapes.points.set(line, at);
    at += line.length;
    shapes.starts[index + 1] = at / 2;
    shapes.boxes.set([left, top, right, bottom], 4 * index);
  });
  return shapes;
}
