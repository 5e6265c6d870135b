/** Ways to take the data along, and to compare it. */

import { useState } from "preact/hooks";
import { words } from "../words/words";
import { CompareForm } from "./compare-form";
import { path } from "./history-resource";

export function Take() {
  const { history: say } = words.value;
  const [isCopied, setCopied] = useState(false);
  const [isComparing, setComparing] = useState(false);
  const copy = (event: MouseEvent) => {
    // A browser offers no clipboard to pages without TLS; the link then opens the data.
    if (!navigator.clipboard) return;
    event.preventDefault();
    void navigator.clipboard.writeText(new URL(path.value, location.href).href).then(() => setCopied(true));
  };
  const close = () => {
    setComparing(false);
    requestAnimationFrame(() => document.getElementById("compare")?.focus());
  };
  return (
    <>
      <p class="take">
        <a class="quiet" id="history-csv" href={`${path.value}&format=csv`} download="hivebox.csv">
          {say.csv}
        </a>
        <a class="quiet" id="history-link" href={path.value} onClick={copy}>
          <span role="status">{isCopied ? say.copied : say.copy}</span>
        </a>
        <button
          type="button"
          class="quiet"
          id="compare"
          aria-expanded={isComparing}
          aria-controls="compare-form"
          onClick={() => setComparing(!isComparing)}
        >
          {say.compare}
        </button>
      </p>
      <div id="compare-form">{isComparing && <CompareForm close={close} />}</div>
    </>
  );
}
