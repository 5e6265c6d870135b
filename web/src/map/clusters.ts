/** Groups boxes that are close together on the screen. */

import Supercluster from "supercluster";
import type { BoxState, Points } from "./points";

/** The totals of several boxes. */
export interface Tally {
  /** How many boxes have a sensor for the phenomenon. */
  boxes: number;
  /** How many of them have a current value that passed all checks. */
  usable: number;
  /** The sum of their values; for directions, of the cosines. */
  sum: number;
  /** For directions, the sum of the sines: the mean of 350° and 10° is 0°. */
  sines: number;
}

interface Base {
  readonly lat: number;
  readonly lon: number;
}
export interface Single extends Base {
  readonly kind: "box";
  /** Its index in the columns. */
  readonly row: number;
  readonly state: BoxState;
  readonly value: number;
}
export interface Group extends Base {
  readonly kind: "group";
  readonly id: number;
  readonly boxes: number;
  readonly usable: number;
  /** NaN if no value is usable. */
  readonly mean: number;
}
/** A symbol on the map. */
export type Mark = Single | Group;

export interface View {
  readonly west: number;
  readonly south: number;
  readonly east: number;
  readonly north: number;
  readonly zoom: number;
}

/** The lowest zoom that also shows boxes without a sensor for the phenomenon. */
const ALL_BOXES_ZOOM = 9;
/** The highest zoom with groups. */
export const LAST_ZOOM = 13;

/** The unit of directions, whose mean is not that of the numbers. */
export const DIRECTION = "°";

const CLUSTERING = { radius: 46, extent: 256, maxZoom: LAST_ZOOM, minPoints: 2 };

/** The marks at every zoom. */
export class Clusters {
  private readonly index: Supercluster<{ row: number }, Tally>;

  constructor(private readonly points: Points) {
    this.index = new Supercluster<{ row: number }, Tally>({
      ...CLUSTERING,
      map: ({ row }) => tallyOf(points, row),
      reduce: add,
    });
    const rows = Array.from(points.state.keys()).filter((row) => points.state[row] !== "none");
    this.index.load(
      rows.map((row) => ({
        type: "Feature",
        properties: { row },
        geometry: { type: "Point", coordinates: [points.longitude[row] ?? 0, points.latitude[row] ?? 0] },
      })),
    );
  }

  /** The marks in a view, in drawing order: stale ones come first, below the others. */
  marks(view: View): Mark[] {
    const box: [number, number, number, number] = [view.west, view.south, view.east, view.north];
    const found = this.index.getClusters(box, Math.max(0, Math.floor(view.zoom))).map((feature): Mark => {
      const [lon = 0, lat = 0] = feature.geometry.coordinates;
      const { properties } = feature;
      if ("cluster" in properties) {
        return {
          kind: "group",
          lat,
          lon,
          id: properties.cluster_id,
          boxes: properties.boxes,
          usable: properties.usable,
          mean: meanOf(properties, this.points.unit),
        };
      }
      return this.single(properties.row);
    });
    const others = view.zoom >= ALL_BOXES_ZOOM ? this.withoutSensor(view) : [];
    return [...others, ...found.sort((one, other) => drawingOrder(one) - drawingOrder(other))];
  }

  /** The zoom at which a group splits. */
  opensAt(group: Group): number {
    return this.index.getClusterExpansionZoom(group.id);
  }

  private single(row: number): Single {
    const { latitude, longitude, state, value } = this.points;
    return { kind: "box", row, lat: latitude[row] ?? 0, lon: longitude[row] ?? 0, state: state[row] ?? "none", value: value[row] ?? NaN };
  }

  private withoutSensor({ west, south, east, north }: View): Single[] {
    const { latitude, longitude, state } = this.points;
    const isInView = (row: number) => {
      const [lat = NaN, lon = NaN] = [latitude[row], longitude[row]];
      return lat >= south && lat <= north && lon >= west && lon <= east;
    };
    return Array.from(state.keys())
      .filter((row) => state[row] === "none" && isInView(row))
      .map((row) => this.single(row));
  }
}

/** The tally of one box. A doubtful value does not count towards the mean. */
export function tallyOf(points: Points, row: number): Tally {
  const value = points.value[row] ?? NaN;
  if (points.state[row] !== "usable" || Number.isNaN(value)) return { boxes: 1, usable: 0, sum: 0, sines: 0 };
  if (points.unit !== DIRECTION) return { boxes: 1, usable: 1, sum: value, sines: 0 };
  const angle = (value * Math.PI) / 180;
  return { boxes: 1, usable: 1, sum: Math.cos(angle), sines: Math.sin(angle) };
}

/** Adds one tally to another. */
export function add(to: Tally, more: Readonly<Tally>): void {
  to.boxes += more.boxes;
  to.usable += more.usable;
  to.sum += more.sum;
  to.sines += more.sines;
}

/** The mean of the usable values; NaN without any. */
export function meanOf({ usable, sum, sines }: Readonly<Tally>, unit: string): number {
  if (usable === 0) return NaN;
  if (unit !== DIRECTION) return sum / usable;
  return ((Math.atan2(sines, sum) * 180) / Math.PI + 360) % 360;
}

/** Marks with more information are drawn later, above the others. */
function drawingOrder(mark: Mark): number {
  if (mark.kind === "group") return mark.usable;
  return { none: -2, stale: -1, doubtful: 0, usable: 1 }[mark.state];
}
