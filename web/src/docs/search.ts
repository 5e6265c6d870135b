/** The search over operations and schemas. */

/** Whether a text contains all words of a query, in any order and any case. An empty query matches everything. */
export function matches(query: string, text: string): boolean {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const searched = text.toLowerCase();
  return words.every((word) => searched.includes(word));
}

/** The parts that a search can find, and what it searches in each. */
interface Part {
  readonly article: HTMLElement;
  readonly text: string;
  /** The link in the contents. */
  readonly entry: Element | null;
}

/** Lets the reader search with the field `#search`, also by the key `/`. */
export function startSearch(): void {
  const field = document.querySelector<HTMLInputElement>("#search");
  const found = document.querySelector("#found");
  const about = document.querySelector<HTMLElement>("#about");
  if (!field || !found) return;
  const parts = [...document.querySelectorAll<HTMLElement>("article")].map(partOf);
  const search = () => {
    for (const { article, text, entry } of parts) {
      article.hidden = !matches(field.value, text);
      if (entry instanceof HTMLElement) entry.hidden = article.hidden;
    }
    const isSearching = field.value.trim() !== "";
    for (const section of document.querySelectorAll<HTMLElement>("main > section")) {
      section.hidden = isSearching && !section.querySelector("article:not([hidden])");
    }
    if (about) about.hidden = isSearching;
    found.textContent = isSearching ? summary(parts) : "";
  };
  field.addEventListener("input", () => {
    search();
    // A short list may end above the window.
    if (field.getBoundingClientRect().top < 0) field.scrollIntoView({ block: "start" });
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      field.value = "";
      search();
    }
    if (event.key !== "Enter") return;
    // Else the key would also press the summary that gets the focus.
    event.preventDefault();
    openFirst(parts);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    event.preventDefault();
    field.focus();
    field.select();
  });
  // A link to something that the search hides shows everything again.
  addEventListener("hashchange", () => {
    const target = document.getElementById(location.hash.slice(1));
    if (!target?.closest("[hidden]")) return;
    field.value = "";
    search();
    target.scrollIntoView();
  });
  // The browser keeps what was typed when the page is loaded again.
  search();
}

function partOf(article: HTMLElement): Part {
  const searched = article.querySelectorAll(":scope > details > :is(summary, p), .fields");
  const text = [...searched].map(({ textContent }) => textContent).join(" ");
  const entry = document.querySelector(`nav a[href="#${CSS.escape(article.id)}"]`)?.closest("li") ?? null;
  return { article, text, entry };
}

function summary(parts: readonly Part[]): string {
  const found = parts.filter(({ article }) => !article.hidden);
  const operations = found.filter(({ article }) => article.classList.contains("operation")).length;
  if (found.length === 0) return "Nothing found. Try fewer or shorter words.";
  return `${count(operations, "operation")}, ${count(found.length - operations, "schema")}`;
}

function count(number: number, name: string): string {
  return `${number} ${name}${number === 1 ? "" : "s"}`;
}

function openFirst(parts: readonly Part[]): void {
  const details = parts.find(({ article }) => !article.hidden)?.article.querySelector("details");
  if (!details) return;
  details.open = true;
  details.querySelector("summary")?.focus();
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element && target.matches("input, select, textarea");
}
