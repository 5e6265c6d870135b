/** The script of `/docs`: search, collapsed sections, and forms that send requests. The page is readable without it. */

import { startCopying } from "./copy";
import { startSearch } from "./search";
import { startTrying } from "./try";

document.documentElement.classList.add("scripted");
for (const details of document.querySelectorAll<HTMLDetailsElement>("article > details")) {
  details.addEventListener("toggle", () => details.open && name(details));
}
addEventListener("hashchange", openTarget);
startSearch();
startCopying();
openTarget();
startContents();

/** The forms that are usable already. The others wait until their section opens, so that the page starts fast. */
const started = new WeakSet<HTMLFormElement>();

/** Keeps the contents open beside the description. Above it, on narrow pages, they would hide it. */
function startContents(): void {
  const contents = document.querySelector<HTMLDetailsElement>("nav > details");
  const isBeside = matchMedia("(min-width: 64rem)");
  const fit = () => {
    if (contents) contents.open = isBeside.matches;
  };
  isBeside.addEventListener("change", fit);
  fit();
}

/** Makes an opened section usable, and puts it into the address, so that a copied address opens it. */
function name(details: HTMLDetailsElement): void {
  const form = details.querySelector("form");
  if (form && !started.has(form)) {
    started.add(form);
    startTrying(form);
  }
  const id = details.parentElement?.id;
  if (id && location.hash !== `#${id}`) history.replaceState(null, "", `#${id}`);
}

/** Opens the section that the address names. */
function openTarget(): void {
  const target = document.getElementById(location.hash.slice(1));
  const details = target?.querySelector<HTMLDetailsElement>(":scope > details");
  if (!target || !details || details.open) return;
  details.open = true;
  target.scrollIntoView();
}
