/** Boxes that stand close together on the screen, as one. */

import Supercluster from "supercluster";
import type { BoxState, Points } from "./points";

/** What several boxes come to. */
export interface Tally {
  /** How many boxes have a sensor for it. */
  boxes: number;
  /** How many of them have a current value that nothing speaks against. */
  usable: number;
  /** The sum of their values; of directions that of their cosines. */
  sum: number;
  /** Of directions the sum of their sines: 350° and 10° are 0° in the mean. */
  sines: number;
}

interface Base {
  readonly lat: number;
  readonly lon: number;
}
export interface Single extends Base {
  readonly kind: "box";
  /** Where it stands in the columns. */
  readonly row: number;
  readonly state: BoxState;
  readonly value: number;
}
export interface Group extends Base {
  readonly kind: "group";
  readonly id: number;
  readonly boxes: number;
  readonly usable: number;
  /** NaN if none is usable. */
  readonly mean: number;
}
/** What stands at one spot of the map. */
export type Mark = Single | Group;

export interface View {
  readonly west: number;
  readonly south: number;
  readonly east: number;
  readonly north: number;
  readonly zoom: number;
}

/** From this zoom on boxes without such a sensor are shown, too. */
const ALL_FROM = 9;
/** Beyond it nothing is put together. */
export const LAST_ZOOM = 13;

/** The unit of what must not be averaged as numbers are. */
const DIRECTION = "°";

const SPREAD = { radius: 46, extent: 256, maxZoom: LAST_ZOOM, minPoints: 2 };

/** All marks at all zooms. */
export class Clusters {
  private readonly index: Supercluster<{ row: number }, Tally>;

  constructor(private readonly points: Points) {
    this.index = new Supercluster<{ row: number }, Tally>({
      ...SPREAD,
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

  /** The marks of a view; what is old comes first, so that it is drawn below the rest. */
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
    const others = view.zoom >= ALL_FROM ? this.withoutSensor(view) : [];
    return [...others, ...found.sort((one, other) => weight(one) - weight(other))];
  }

  /** The zoom at which a group falls apart. */
  opensAt(group: Group): number {
    return this.index.getClusterExpansionZoom(group.id);
  }

  private single(row: number): Single {
    const { latitude, longitude, state, value } = this.points;
    return { kind: "box", row, lat: latitude[row] ?? 0, lon: longitude[row] ?? 0, state: state[row] ?? "none", value: value[row] ?? NaN };
  }

  private withoutSensor({ west, south, east, north }: View): Single[] {
    const { latitude, longitude, state } = this.points;
    const isThere = (row: number) => {
      const [lat = NaN, lon = NaN] = [latitude[row], longitude[row]];
      return lat >= south && lat <= north && lon >= west && lon <= east;
    };
    return Array.from(state.keys())
      .filter((row) => state[row] === "none" && isThere(row))
      .map((row) => this.single(row));
  }
}

/** What one box adds to a group. A doubtful value does not spoil the mean of the others. */
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

/** The mean of what is current; NaN if nothing is. */
export function meanOf({ usable, sum, sines }: Readonly<Tally>, unit: string): number {
  if (usable === 0) return NaN;
  if (unit !== DIRECTION) return sum / usable;
  return ((Math.atan2(sines, sum) * 180) / Math.PI + 360) % 360;
}

/** The more a mark says the later it is drawn, and so stands above others. */
function weight(mark: Mark): number {
  if (mark.kind === "group") return mark.usable;
  return { none: -2, stale: -1, doubtful: 0, usable: 1 }[mark.state];
}
