/** The form of an operation: it sends the request, shows the answer, and shows the request as code. */

import { readBody, shown, size, tellingHeaders } from "./answer";
import { allHeaders, LANGUAGES, type Language } from "./code";
import { type ApiRequest, type Field, type Operation, type Place, requestOf, serviceOf } from "./request";

/** Where the browser keeps the language that the reader chose. */
const KEY = "hivebox-docs-language";

/** The language of all code on the page. */
let language: Language = keptLanguage();
const painters: (() => void)[] = [];

/** Makes a form usable. */
export function startTrying(form: HTMLFormElement): void {
  const request = () => requestOf(serviceOf(location.href), operationOf(form), fieldsOf(form));
  paintCode(form, request);
  const link = form.querySelector<HTMLAnchorElement>("a.open");
  const point = () => {
    if (link) link.href = request().url;
  };
  form.addEventListener("input", point);
  point();
  const send = form.querySelector<HTMLButtonElement>("button.send");
  if (!send) return;
  let running: AbortController | undefined;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (running) return running.abort();
    running = new AbortController();
    send.textContent = "Stop";
    try {
      await show(form, request(), running.signal);
    } finally {
      running = undefined;
      send.textContent = "Send request";
    }
  });
}

function operationOf({ dataset }: HTMLFormElement): Operation {
  return { method: dataset.method ?? "GET", path: dataset.path ?? "/", answer: dataset.answer ?? "" };
}

function fieldsOf(form: HTMLFormElement): Field[] {
  const inputs = form.querySelectorAll<HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement>("[data-in]");
  return [...inputs].map(({ name, value, dataset }) => ({ place: dataset.in as Place, name, value }));
}

/** Sends a request and shows its answer as it arrives. The network answers, not a cache, so the time is the service's. */
async function show(form: HTMLFormElement, { method, url, headers, body }: ApiRequest, signal: AbortSignal): Promise<void> {
  const place = resultOf(form);
  place.status.className = "outcome";
  place.status.textContent = "Waiting …";
  place.headers.replaceChildren();
  place.code.textContent = "";
  place.remark.textContent = "";
  const start = performance.now();
  let [mediaType, head] = ["", ""];
  const all = allHeaders({ headers, body });
  try {
    const response = await fetch(url, {
      method,
      headers: all.map(([name, value]) => [name, value]),
      body: body ?? null,
      signal,
      cache: "no-store",
    });
    mediaType = response.headers.get("content-type") ?? "";
    head = `${response.status} ${response.statusText}`.trim();
    place.status.className = `outcome s${Math.floor(response.status / 100)}`;
    place.headers.replaceChildren(
      ...tellingHeaders(response.headers).flatMap(([name, value]) => [element("dt", name), element("dd", value)]),
    );
    place.status.textContent = `${head} · receiving …`;
    const whole = await readBody(response.body, (soFar) => {
      if (mediaType.startsWith("text/event-stream")) place.write(shown(mediaType, soFar));
    });
    place.write(shown(mediaType, whole));
    place.status.textContent = `${head} · ${Math.round(performance.now() - start)} ms · ${size(whole.bytes)}`;
  } catch (error) {
    if (signal.aborted) {
      place.status.textContent = head ? `${head} · stopped after ${Math.round(performance.now() - start)} ms` : "Stopped.";
      return;
    }
    place.status.className = "outcome s5";
    place.status.textContent = `HiveBox did not answer: ${error instanceof Error ? error.message : error}. Is it running?`;
  }
}

/** Where the answer of a form stands. */
interface Result {
  readonly status: HTMLElement;
  readonly headers: HTMLElement;
  readonly code: HTMLElement;
  readonly remark: HTMLElement;
  write(part: { readonly text: string; readonly remark: string }): void;
}

const results = new WeakMap<HTMLFormElement, Result>();

function resultOf(form: HTMLFormElement): Result {
  const known = results.get(form);
  if (known) return known;
  const status = element("p", "", { role: "status", class: "outcome" });
  const headers = element("dl", "", { class: "telling" });
  const block = form.ownerDocument.createElement("div");
  const code = element("code", "");
  const pre = element("pre", "", { tabindex: "0", "aria-label": "The body of the answer" });
  pre.append(code);
  block.className = "code";
  block.append(pre, element("button", "Copy", { type: "button", class: "copy" }));
  const remark = element("p", "", { class: "limit" });
  const place = element("div", "", { class: "result" });
  block.hidden = true;
  place.append(status, headers, block, remark);
  form.append(place);
  const write = (part: { readonly text: string; readonly remark: string }) => {
    code.textContent = part.text;
    remark.textContent = part.remark;
    block.hidden = part.text === "";
  };
  const result = { status, headers, code, remark, write };
  results.set(form, result);
  return result;
}

/** Shows the request as code in the chosen language, and lets the reader choose another one. */
function paintCode(form: HTMLFormElement, request: () => ApiRequest): void {
  const block = form.parentElement?.querySelector<HTMLElement>(":scope > .code");
  const code = block?.querySelector("code");
  if (!block || !code) return;
  const choice = element("div", "", { class: "languages", role: "group", "aria-label": "Language of the code" });
  const buttons = (Object.keys(LANGUAGES) as Language[]).map((name) => {
    const button = element("button", name, { type: "button" });
    button.addEventListener("click", () => {
      language = name;
      keepLanguage(name);
      for (const paint of painters) paint();
    });
    return [name, button] as const;
  });
  choice.append(...buttons.map(([, button]) => button));
  block.before(choice);
  const paint = () => {
    for (const [name, button] of buttons) button.setAttribute("aria-pressed", String(name === language));
    code.textContent = LANGUAGES[language](request());
  };
  painters.push(paint);
  form.addEventListener("input", paint);
  paint();
}

function keptLanguage(): Language {
  try {
    const kept = localStorage.getItem(KEY);
    return kept !== null && kept in LANGUAGES ? (kept as Language) : "curl";
  } catch {
    // The browser keeps nothing for this page.
    return "curl";
  }
}

function keepLanguage(name: Language): void {
  try {
    localStorage.setItem(KEY, name);
  } catch {
    // The choice then lasts until the page is closed.
  }
}

function element(name: string, text: string, attributes: Readonly<Record<string, string>> = {}): HTMLElement {
  const made = document.createElement(name);
  made.textContent = text;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}
