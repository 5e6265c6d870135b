/** What the page asks the map's worker, and what that answers. */

import type { FailureKind } from "../../api/request";
import type { PackedMarks, View } from "../marks";
import type { Scale } from "../palette";
import type { Shapes } from "../shapes";
import type { Estimates } from "./surface";

/** What the page knows of a map. The boxes stay in the worker. */
export interface MapSummary {
  /** The name of this map in questions about its marks. */
  readonly map: string;
  readonly as_of: string;
  readonly phenomenon: string;
  readonly unit: string;
  /** The number of boxes. */
  readonly boxes: number;
  readonly scale: Scale;
  /** Whether HiveBox says which boxes stand indoors. */
  readonly hasExposure: boolean;
}

/** Coasts and borders. */
export interface Land {
  readonly countries: Shapes;
  readonly borders: Shapes;
}

/** A tile of the surface. */
export interface SurfacePicture {
  readonly estimates: Estimates;
  /** Red, green, blue and opacity of each pixel. */
  readonly pixels: Uint8ClampedArray<ArrayBuffer>;
}

/** A tile of the map's detail. Shores and coasts are the outlines of lakes and land, without the edges of the tile. */
export interface Detail {
  readonly land: Shapes;
  readonly coasts: Shapes;
  readonly lakes: Shapes;
  readonly shores: Shapes;
  readonly rivers: Shapes;
  readonly states: Shapes;
  readonly borders: Shapes;
}

/** The questions and their answers. */
export interface Questions {
  /** Loads a map, which replaces the one before. */
  map: { ask: { readonly path: string; readonly limit: number }; answer: MapSummary };
  /** The marks in a view; `null` if the map has been replaced. */
  marks: { ask: { readonly map: string; readonly view: View; readonly isOutdoorOnly: boolean }; answer: PackedMarks | null };
  /** The zoom at which a group splits; `null` if the map has been replaced. */
  split: { ask: { readonly map: string; readonly group: number; readonly isOutdoorOnly: boolean }; answer: number | null };
  /** Loads a tile of the surface; `scale` is `null` for directions. */
  surface: { ask: { readonly path: string; readonly scale: Scale | null }; answer: SurfacePicture };
  /** Loads a tile of the detail. */
  detail: { ask: { readonly column: number; readonly row: number }; answer: Detail };
  /** Loads the base map. */
  land: { ask: { readonly path: string }; answer: Land };
}
export type Kind = keyof Questions;
export type Ask<K extends Kind> = Questions[K]["ask"];
export type Answer<K extends Kind> = Questions[K]["answer"];

export type Question = { [K in Kind]: { readonly id: number; readonly kind: K; readonly ask: Ask<K> } }[Kind];
/** Ends a question whose answer nobody needs. */
export interface Stop {
  readonly stop: number;
}
export type Reply =
  | { readonly id: number; readonly answer: unknown }
  | { readonly id: number; readonly failure: { readonly kind: FailureKind; readonly status: number | null; readonly detail: string } };
