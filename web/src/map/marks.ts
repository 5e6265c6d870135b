/** The symbols on the map. The map's worker computes them, and the page draws them. */

/** How far a box's reading can be trusted. Their order is that of drawing: the last is on top. */
export const STATES = ["none", "stale", "indoor", "doubtful", "usable"] as const;
export type BoxState = (typeof STATES)[number];

interface Base {
  readonly lat: number;
  readonly lon: number;
}
export interface Single extends Base {
  readonly kind: "box";
  /** Its index in the columns of the map. */
  readonly row: number;
  readonly state: BoxState;
  /** NaN without a value. */
  readonly value: number;
}
export interface Group extends Base {
  readonly kind: "group";
  readonly id: number;
  readonly boxes: number;
  /** How many of them have a current value that passed all checks. */
  readonly usable: number;
  /** NaN if no value is usable. */
  readonly mean: number;
}
/** A symbol on the map. */
export type Mark = Single | Group;

/** A part of the world. */
export interface View {
  readonly west: number;
  readonly south: number;
  readonly east: number;
  readonly north: number;
  readonly zoom: number;
}

/** The unit of directions, whose mean is not that of the numbers. */
export const DIRECTION = "°";

/** Marks as numbers, `FIELDS` for each, so that handing them to another thread copies nothing. */
export type PackedMarks = Float64Array<ArrayBuffer>;

/** Place, number of boxes (0 for a single box), index or id, and value; then for groups the usable ones, for boxes the state. */
const FIELDS = 6;

/** Packs marks, in their order. */
export function pack(marks: readonly Mark[]): PackedMarks {
  const packed = new Float64Array(marks.length * FIELDS);
  marks.forEach((mark, index) => {
    const own =
      mark.kind === "group" ? [mark.boxes, mark.id, mark.mean, mark.usable] : [0, mark.row, mark.value, STATES.indexOf(mark.state)];
    packed.set([mark.lat, mark.lon, ...own], index * FIELDS);
  });
  return packed;
}

/** The marks that `pack` has packed. */
export function unpack(packed: PackedMarks): Mark[] {
  return Array.from({ length: packed.length / FIELDS }, (_, index): Mark => {
    const [lat = 0, lon = 0, boxes = 0, id = 0, value = NaN, last = 0] = packed.subarray(index * FIELDS, (index + 1) * FIELDS);
    if (boxes > 0) return { kind: "group", lat, lon, boxes, id, mean: value, usable: last };
    return { kind: "box", lat, lon, row: id, value, state: STATES[last] ?? "none" };
  });
}
