/** The buttons that copy a block of code. */

/** How long a button says that it has copied, in milliseconds. */
const THANKS = 2_000;

/** Lets all buttons `.copy`, also later ones, copy the code beside them. */
export function startCopying(): void {
  document.addEventListener("click", async (event) => {
    const button = event.target instanceof Element ? event.target.closest("button.copy") : null;
    const code = button?.parentElement?.querySelector("code");
    if (!button || !code) return;
    button.textContent = (await copy(code)) ? "Copied" : "Press Ctrl+C";
    setTimeout(() => {
      button.textContent = "Copy";
    }, THANKS);
  });
}

/** Copies the text of an element. Without TLS browsers have no clipboard, so the text is selected and copied as if by keys. */
async function copy(code: Element): Promise<boolean> {
  if (navigator.clipboard) {
    try {
      await navigator.clipboard.writeText(code.textContent ?? "");
      return true;
    } catch {
      // The browser forbids it, but not the old way.
    }
  }
  getSelection()?.selectAllChildren(code);
  return document.execCommand("copy");
}
