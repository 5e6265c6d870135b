import { effect } from "@preact/signals";
import { render } from "preact";
import { markFirstPicture } from "./first-picture";
import { workOffline } from "./offline/install";
import { Page } from "./page";
import { listen } from "./state/live";
import { keepFresh } from "./state/present";
import { keepSigns } from "./state/signs";
import "./styles/base.css";
import "./styles/page.css";
import "./styles/map.css";
import "./styles/panels.css";
import { words } from "./words/words";

effect(() => {
  document.title = words.value.title;
});

/** Builds the page, in a task of its own: after reading the script, the browser may first react to its reader. */
function start(): void {
  const root = document.getElementById("page");
  if (root) render(<Page />, root);
  keepFresh();
  keepSigns();
  listen();
  markFirstPicture();
  workOffline();
}

setTimeout(start);
