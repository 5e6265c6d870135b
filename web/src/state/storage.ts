/** The browser's storage. A browser may refuse it; what is stored then lasts as long as the page. */

const PREFIX = "hivebox.";

export function stored(key: string): string | null {
  try {
    return localStorage.getItem(PREFIX + key);
  } catch {
    return null;
  }
}

export function store(key: string, value: string): void {
  try {
    localStorage.setItem(PREFIX + key, value);
  } catch {
    // See above.
  }
}
