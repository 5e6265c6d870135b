/** The layer of estimates between the boxes: a coloured surface, paler where it is less certain. */

import { type Coords, DomUtil, type DoneCallback, GridLayer, type LatLng, type Map as LeafletMap } from "leaflet";
import { ask } from "./ask-worker";
import type { Scale } from "./palette";
import type { SurfacePicture } from "./worker/messages";
import { type Estimate, estimateAt, PIXELS } from "./worker/surface";

/** What the surface shows. */
export interface Surface {
  readonly phenomenon: string;
  /** `null` for directions. */
  readonly scale: Scale | null;
  /** The name of the map that belongs to it, which changes with each present. */
  readonly map: string;
}

/** In pixels. */
const TILE = 512;
/** A tile of 512 pixels has the number of one of 256 pixels at the zoom below. */
const ZOOM_OFFSET = 1;
/** The zooms of the API's tiles. */
const [FIRST_ZOOM, LAST_ZOOM] = [3, 12];

interface Tile {
  readonly canvas: HTMLCanvasElement;
  readonly coords: Coords;
  readonly stop: AbortController;
  picture: SurfacePicture | null;
}

export class SurfaceLayer extends GridLayer {
  private readonly tiles = new Map<string, Tile>();

  constructor(private surface: Surface) {
    super({
      tileSize: TILE,
      minNativeZoom: FIRST_ZOOM + ZOOM_OFFSET,
      maxNativeZoom: LAST_ZOOM + ZOOM_OFFSET,
      updateWhenZooming: false,
      // Above the operator's tiles.
      zIndex: 2,
      className: "surface",
    });
    this.on("tileunload", ({ coords }: { coords: Coords }) => {
      const key = keyOf(coords);
      this.tiles.get(key)?.stop.abort();
      this.tiles.delete(key);
    });
  }

  /** Shows another surface. The tiles stay until the new ones have arrived. */
  set(surface: Surface): void {
    if (surface.map === this.surface.map && surface.phenomenon === this.surface.phenomenon) return;
    this.surface = surface;
    for (const tile of this.tiles.values()) void this.load(tile);
  }

  /** The estimate at a place of the visible map; `null` where nothing is known. */
  estimateAt(map: LeafletMap, place: LatLng): Estimate | null {
    for (const { coords, picture } of this.tiles.values()) {
      const { x, y } = map.project(place.wrap(), coords.z).divideBy(TILE).subtract(coords);
      if (!picture || x < 0 || y < 0 || x >= 1 || y >= 1) continue;
      const found = estimateAt(picture.estimates, x, y, this.surface.scale === null);
      return found && found.known > 0.5 ? found : null;
    }
    return null;
  }

  protected override createTile(coords: Coords, done: DoneCallback): HTMLElement {
    const canvas = DomUtil.create("canvas", "surface-tile");
    canvas.width = PIXELS;
    canvas.height = PIXELS;
    const tile: Tile = { canvas, coords, stop: new AbortController(), picture: null };
    this.tiles.set(keyOf(coords), tile);
    // Where there is no answer, the map below is visible; a new present asks again.
    void this.load(tile).then(() => done(undefined, canvas));
    return canvas;
  }

  private async load(tile: Tile): Promise<void> {
    const { phenomenon, scale, map } = this.surface;
    const { x, y, z } = tile.coords;
    const path = `/api/v1/surface/${z - ZOOM_OFFSET}/${x}/${y}?phenomenon=${phenomenon}`;
    const picture = await ask("surface", { path, scale }, tile.stop.signal).catch(() => null);
    // A newer surface may have been asked for meanwhile.
    if (!picture || map !== this.surface.map) return;
    tile.picture = picture;
    tile.canvas.getContext("2d")?.putImageData(new ImageData(picture.pixels, PIXELS, PIXELS), 0, 0);
    this.fire("painted");
  }
}

function keyOf({ x, y, z }: Coords): string {
  return `${z}/${x}/${y}`;
}
