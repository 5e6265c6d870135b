/** Cuts lines and rings at the edges of a box, given as its least x and y and its greatest x and y. */

/** The part of a ring within a box (Sutherland and Hodgman); none or one ring. Where the ring leaves the box, it follows its edge. */
export function clipRing(ring, box) {
  let points = ring;
  for (const [axis, side, bound] of sidesOf(box)) {
    const isInside = (point) => side * (point[axis] - bound) >= 0;
    const kept = [];
    points.forEach((point, index) => {
      const before = points[(index + points.length - 1) % points.length];
      if (isInside(point) !== isInside(before)) kept.push(crossing(before, point, axis, bound));
      if (isInside(point)) kept.push(point);
    });
    points = kept;
  }
  if (points.length < 3) return [];
  const [first, last] = [points[0], points[points.length - 1]];
  return [first[0] === last[0] && first[1] === last[1] ? points : [...points, first]];
}

/** The parts of a line within a box. */
export function clipLine(line, box) {
  let lines = [line];
  for (const [axis, side, bound] of sidesOf(box)) {
    const isInside = (point) => side * (point[axis] - bound) >= 0;
    lines = lines.flatMap((each) => {
      const parts = [];
      let part = [];
      each.forEach((point, index) => {
        const before = each[index - 1];
        if (before && isInside(point) !== isInside(before)) {
          part.push(crossing(before, point, axis, bound));
          if (!isInside(point)) {
            parts.push(part);
            part = [];
          }
        }
        if (isInside(point)) part.push(point);
      });
      return part.length > 1 ? [...parts, part] : parts;
    });
  }
  return lines;
}

function sidesOf([left, top, right, bottom]) {
  return [
    [0, 1, left],
    [0, -1, right],
    [1, 1, top],
    [1, -1, bottom],
  ];
}

function crossing(from, to, axis, bound) {
  const share = (bound - from[axis]) / (to[axis] - from[axis]);
  const point = [from[0] + share * (to[0] - from[0]), from[1] + share * (to[1] - from[1])];
  point[axis] = bound;
  return point;
}
