/** Follows the newest present: asks for all that is shown again, and looks whether that brought it. */

export interface Followed {
  /** The moment of the oldest answer that is shown; `null` if none is. */
  shown(): string | null;
  /** Ends when what is being asked for has been answered. */
  settled(): Promise<unknown>;
  /** Asks for everything again; ends when all is answered. */
  refresh(): Promise<unknown>;
}

/** All pages hear of a new present at once; they shall not ask at once. */
export const SPREAD = 1_500;
/** A replica that has not heard of a present by then has lost touch, and asking on would not help. */
export const REPEAT_AFTER = 5_000;

/** Whether a moment is after another; any is after none. */
export function isAfter(one: string | null | undefined, other: string | null | undefined): boolean {
  if (!one) return false;
  return !other || Date.parse(one) > Date.parse(other);
}

/** Takes the moments of presents as they become known. */
export function follower(page: Followed): (newest: string) => Promise<void> {
  let wanted: string | null = null;
  return async (newest) => {
    if (!isAfter(newest, wanted)) return;
    wanted = newest;
    const isWanting = () => wanted === newest && isAfter(newest, page.shown());
    await pause(Math.random() * SPREAD);
    await page.settled();
    if (isWanting()) await page.refresh();
    // Another replica may have answered, which is behind by a present.
    if (!isWanting()) return;
    await pause(REPEAT_AFTER);
    if (isWanting()) await page.refresh();
  };
}

function pause(length: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, length));
}
