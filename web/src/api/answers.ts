/** Names for the answers of HiveBox that the page uses. `schema.d.ts` is generated from the API's description. */

import type { components, paths } from "./schema";

/**
 * An answer as HiveBox sends it. The API's description marks every nullable property as optional, but HiveBox always sends it, with
 * `null` for a missing value.
 */
type Complete<T> = T extends readonly (infer Item)[]
  ? readonly Complete<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]-?: Complete<Exclude<T[Key], undefined>> }
    : T;

interface Get<Body> {
  readonly get: { readonly responses: { readonly 200: { readonly content: { readonly "application/json": Body } } } };
}

/** The paths with a JSON answer to GET. */
type JsonPath = { [Path in keyof paths]: paths[Path] extends Get<unknown> ? Path : never }[keyof paths];

/** The body of a successful GET request. */
type Answer<Path extends JsonPath> = paths[Path] extends Get<infer Body> ? Complete<Body> : never;

export type Temperature = Answer<"/temperature">;
export type Phenomena = Answer<"/api/v1/phenomena">;
export type Version = Answer<"/version">;
export type Status = Answer<"/api/v1/status">;

/** Columns of equal length with a row for each box; docs/api.md explains the differences and letters. */
export type MapColumns = Answer<"/api/v1/map">;

export type Boxes = Answer<"/api/v1/boxes">;
export type BoxRow = Boxes["boxes"][number];
export type OneBox = Answer<"/api/v1/boxes/{id}">;
export type Sensor = OneBox["sensors"][number];
/** A reading beside those of the boxes around it. */
export type Comparison = NonNullable<Sensor["comparison"]>;

type EveryCondition = Answer<"/api/v1/conditions">["conditions"][number];
export type Estimate = NonNullable<EveryCondition["estimate"]>;
/** The estimate is the one property that may be missing. */
export type Condition = Omit<EveryCondition, "estimate"> & { readonly estimate?: Estimate };
/** Where a forecast is from. */
export type ForecastOrigin = NonNullable<Answer<"/api/v1/chores">["forecast"]["origin"]>;
export interface Conditions {
  readonly as_of: string;
  readonly forecast?: { readonly origin: ForecastOrigin | null };
  readonly conditions: readonly Condition[];
}

export type Chores = Answer<"/api/v1/chores">;
export type Chore = Chores["chores"][number];
export type ChoreInput = Chore["inputs"][number];

export type ChoreWindow = Chore["windows"][number];

export type Forecast = Answer<"/api/v1/forecast">;
export type ForecastHour = Forecast["hours"][number];

export type History = Answer<"/api/v1/history">;

/** The data of an event of the live stream. */
export type LivePresent = Complete<components["schemas"]["LivePresent"]>;
