/** Colours of the style sheet, for what is drawn by script. */

/** The colours as they are now, by name. */
export function colours(): (name: string) => string {
  const styles = getComputedStyle(document.documentElement);
  return (name) => styles.getPropertyValue(`--${name}`).trim();
}
