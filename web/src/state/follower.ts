/** Follows the newest present: refreshes the page, and checks whether the answers are from that present. */

export interface FollowedPage {
  /** The `as_of` of the oldest answer on the page; `null` without an answer. */
  oldest(): string | null;
  /** Resolves once the running requests have finished. */
  settled(): Promise<unknown>;
  /** Requests everything again; resolves once that has finished. */
  refresh(): Promise<unknown>;
}

/** The largest random delay in milliseconds: all pages hear of a new present at once and must not send their requests at once. */
export const MAX_JITTER = 1_500;
/** In milliseconds. A replica still without the present after this delay has lost its connection; more retries would not help. */
export const RETRY_DELAY = 5_000;

/** Whether a moment is later than another; every moment is later than none. */
export function isAfter(one: string | null | undefined, other: string | null | undefined): boolean {
  if (!one) return false;
  return !other || Date.parse(one) > Date.parse(other);
}

/** Returns a function to call with the `as_of` of each new present. */
export function follower(page: FollowedPage): (newest: string) => Promise<void> {
  let target: string | null = null;
  return async (newest) => {
    if (!isAfter(newest, target)) return;
    target = newest;
    const isBehind = () => target === newest && isAfter(newest, page.oldest());
    await delay(Math.random() * MAX_JITTER);
    await page.settled();
    if (isBehind()) await page.refresh();
    // A replica without the new present may have answered.
    if (!isBehind()) return;
    await delay(RETRY_DELAY);
    if (isBehind()) await page.refresh();
  };
}

function delay(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
