/** Groups boxes that are close together on the screen. */

import Supercluster from "supercluster";
import { DIRECTION, type Mark, type Single, STATES, type View } from "../marks";
import { WORLD } from "../shapes";
import { hasSensor, isOutdoor, isUsable, type Points } from "./points";

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

/** The lowest zoom that also shows boxes without a sensor for the phenomenon. */
const ALL_BOXES_ZOOM = 9;
/** The highest zoom with groups. */
export const LAST_ZOOM = 13;
/** In pixels. Of boxes without a sensor, only one is shown in each square of this size. */
const DOT_GRID = 8;

const CLUSTERING = { radius: 46, extent: 256, maxZoom: LAST_ZOOM, minPoints: 2 };

/** The marks at every zoom. */
export class Clusters {
  private readonly index: Supercluster<{ row: number }, Tally>;

  constructor(
    private readonly points: Points,
    private readonly isOutdoorOnly: boolean,
  ) {
    this.index = new Supercluster<{ row: number }, Tally>({
      ...CLUSTERING,
      map: ({ row }) => tallyOf(points, row),
      reduce: add,
    });
    const rows = Array.from(points.state.keys()).filter((row) => this.isShown(row) && hasSensor(points, row));
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
        const { cluster_id: id, boxes, usable } = properties;
        return { kind: "group", lat, lon, id, boxes, usable, mean: meanOf(properties, this.points.unit) };
      }
      return this.single(properties.row);
    });
    const others = view.zoom >= ALL_BOXES_ZOOM ? this.withoutSensor(view) : [];
    return [...others, ...found.sort((one, other) => drawingOrder(one) - drawingOrder(other))];
  }

  /** The zoom at which a group splits. */
  opensAt(group: number): number {
    return this.index.getClusterExpansionZoom(group);
  }

  private isShown(row: number): boolean {
    return !this.isOutdoorOnly || isOutdoor(this.points, row);
  }

  private single(row: number): Single {
    const { latitude, longitude, state, value } = this.points;
    const name = STATES[state[row] ?? 0] ?? "none";
    return { kind: "box", row, lat: latitude[row] ?? 0, lon: longitude[row] ?? 0, state: name, value: value[row] ?? NaN };
  }

  /** The boxes without a sensor in a view. Where they are dense, some stand for the others, so that drawing takes no longer. */
  private withoutSensor({ west, south, east, north, zoom }: View): Single[] {
    const { latitude, longitude } = this.points;
    const step = (DOT_GRID * 360) / (WORLD * 2 ** zoom);
    const taken = new Set<string>();
    const found: Single[] = [];
    for (let row = 0; row < latitude.length; row += 1) {
      const [lat = NaN, lon = NaN] = [latitude[row], longitude[row]];
      const isInView = lat >= south && lat <= north && lon >= west && lon <= east;
      if (!isInView || hasSensor(this.points, row) || !this.isShown(row)) continue;
      const square = `${Math.floor(lat / step)} ${Math.floor(lon / step)}`;
      if (!taken.has(square)) found.push(this.single(row));
      taken.add(square);
    }
    return found;
  }
}

/** The tally of one box. A doubtful value does not count towards the mean, nor does one from indoors. */
export function tallyOf(points: Points, row: number): Tally {
  const value = points.value[row] ?? NaN;
  if (!isUsable(points, row)) return { boxes: 1, usable: 0, sum: 0, sines: 0 };
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
  return STATES.indexOf(mark.state) - STATES.indexOf("usable") + 1;
}
