/** The style sheet's colours, for drawing by script. */

/** Looks up the colours of the current theme by name. */
export function colours(): (name: string) => string {
  const styles = getComputedStyle(document.documentElement);
  return (name) => styles.getPropertyValue(`--${name}`).trim();
}
