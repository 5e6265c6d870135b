/** Shows the tiles that the operator of this HiveBox has named, below the boxes. */

import { computed, effect } from "@preact/signals";
import { type Map as LeafletMap, type TileLayer, tileLayer } from "leaflet";
import type { Status } from "../api/answers";
import { status } from "../state/present";

/** Where tiles come from, with `{z}`, `{x}` and `{y}` for the tile. The attribution is plain text. */
export type Tiles = NonNullable<Status["tiles"]>;

/** The last known, which stay if HiveBox becomes unreachable: the status comes every few seconds. */
let last: Tiles | null = null;

/** The operator's tiles; `null` without any. */
export const operatorTiles = computed<Tiles | null>(() => {
  const { data } = status.value;
  const given = data?.tiles;
  // The same object for the same tiles, so that they do not load again with each status.
  if (data && (given?.address !== last?.address || given?.attribution !== last?.attribution)) last = given ?? null;
  return last;
});

/** Returns a function that stops it. */
export function showOperatorTiles(map: LeafletMap): () => void {
  let layer: TileLayer | null = null;
  return effect(() => {
    const tiles = operatorTiles.value;
    layer?.remove();
    layer = tiles && tileLayer(tiles.address, { maxZoom: map.getMaxZoom(), zIndex: 1 }).addTo(map);
  });
}
