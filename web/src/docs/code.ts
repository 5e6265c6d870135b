/** A request as code that a reader can copy into a shell, a notebook or a program. */

import type { ApiRequest } from "./request";

/** The languages, by the names that the page shows. */
export const LANGUAGES = { curl, Python: python, JavaScript: javascript, R: r } as const;
export type Language = keyof typeof LANGUAGES;

const JSON_TYPE = "application/json";

function curl({ method, url, headers, body, answer, file }: ApiRequest): string {
  const words = ["curl"];
  if (answer === "stream") words.push("-N");
  if (method !== "GET") words.push("-X", method);
  words.push(inShell(url), ...headers.flatMap(([name, value]) => ["-H", inShell(`${name}: ${value}`)]));
  // Not `--json`, which many installed versions do not know yet.
  if (body !== undefined) words.push("-H", inShell(`Content-Type: ${JSON_TYPE}`), "-d", inShell(body));
  if (answer === "bytes") words.push("-o", inShell(file));
  return words.join(" ");
}

/** Python without packages, so that it runs everywhere. */
function python(request: ApiRequest): string {
  const { method, url, body, answer, file } = request;
  const headers = allHeaders(request);
  const options = [
    ...(method === "GET" ? [] : [`method=${quoted(method)}`]),
    ...(headers.length > 0 ? [`headers={${headers.map(([name, value]) => `${quoted(name)}: ${quoted(value)}`).join(", ")}}`] : []),
    ...(body === undefined ? [] : [`data=${quoted(body)}.encode()`]),
  ];
  const imports = [
    ...(answer === "json" ? ["import json"] : []),
    `from urllib.request import ${options.length > 0 ? "Request, " : ""}urlopen`,
  ];
  const asked = options.length > 0 ? [`request = Request(`, `    ${quoted(url)},`, ...options.map((option) => `    ${option},`), ")"] : [];
  const read = {
    json: ["    answer = json.load(response)", "print(answer)"],
    table: ["    print(response.read().decode())"],
    text: ["    print(response.read().decode())"],
    stream: ["    for line in response:", '        print(line.decode(), end="")'],
    bytes: [`    with open(${quoted(file)}, "wb") as file:`, "        file.write(response.read())"],
  }[answer];
  return [...imports, "", ...asked, `with urlopen(${options.length > 0 ? "request" : quoted(url)}) as response:`, ...read].join("\n");
}

/** JavaScript for modules in browsers and Node. */
function javascript(request: ApiRequest): string {
  const { method, url, body, answer } = request;
  const headers = allHeaders(request);
  const options = [
    ...(method === "GET" ? [] : [`method: ${quoted(method)}`]),
    ...(headers.length > 0 ? [`headers: { ${headers.map(([name, value]) => `${quoted(name)}: ${quoted(value)}`).join(", ")} }`] : []),
    ...(body === undefined ? [] : [`body: ${quoted(body)}`]),
  ];
  const given = options.length > 0 ? `, {\n${options.map((option) => `  ${option},\n`).join("")}}` : "";
  const read = {
    json: ["console.log(await response.json());"],
    table: ["console.log(await response.text());"],
    text: ["console.log(await response.text());"],
    stream: [
      "const decoder = new TextDecoder();",
      "for await (const part of response.body) console.log(decoder.decode(part, { stream: true }));",
    ],
    bytes: ["const bytes = await response.arrayBuffer();", "console.log(bytes.byteLength);"],
  }[answer];
  return [
    `const response = await fetch(${quoted(url)}${given});`,
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the template is part of the code that the reader copies.
    "if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);",
    ...read,
  ].join("\n");
}

/** R: in one line where that is possible, and with httr2 if a request has more than an address. */
function r(request: ApiRequest): string {
  const { method, url, body, answer, file } = request;
  const headers = allHeaders({ ...request, body: undefined });
  if (answer === "stream") {
    const lines = `while (length(line <- readLines(stream, n = 1)) > 0) cat(line, "\\n")`;
    return [`stream <- url(${quoted(url)}, open = "r")`, lines, "close(stream)"].join("\n");
  }
  const isPlain = method === "GET" && headers.length === 0;
  if (isPlain && answer === "json") return `answer <- jsonlite::fromJSON(${quoted(url)})\nstr(answer, max.level = 1)`;
  if (isPlain && answer === "table") return `answer <- read.csv(${quoted(url)})\nstr(answer)`;
  if (isPlain && answer === "text") return `writeLines(readLines(${quoted(url)}))`;
  if (isPlain) return `download.file(${quoted(url)}, ${quoted(file)}, mode = "wb")${inR(file)}`;
  const steps = [
    `request(${quoted(url)})`,
    ...(method === "GET" ? [] : [`req_method(${quoted(method)})`]),
    ...(headers.length > 0 ? [`req_headers(${headers.map(([name, value]) => `\`${name}\` = ${quoted(value)}`).join(", ")})`] : []),
    ...(body === undefined ? [] : [`req_body_raw(${quoted(body)}, ${quoted(JSON_TYPE)})`]),
    answer === "bytes" ? `req_perform(path = ${quoted(file)})` : "req_perform()",
    ...(answer === "json" ? ["resp_body_json(simplifyVector = TRUE)"] : answer === "bytes" ? [] : ["resp_body_string()"]),
  ];
  const chain = steps.join(" |>\n  ");
  if (answer === "bytes") return `library(httr2)\n\n${chain}${inR(file)}`;
  const shown = answer === "json" ? "str(answer, max.level = 1)" : answer === "table" ? "str(read.csv(text = answer))" : "cat(answer)";
  return `library(httr2)\n\nanswer <- ${chain}\n${shown}`;
}

/** How R reads a downloaded file. */
function inR(file: string): string {
  if (file.endsWith(".parquet")) return `\nanswer <- arrow::read_parquet(${quoted(file)})`;
  return file.endsWith(".arrow") ? `\nanswer <- arrow::read_ipc_stream(${quoted(file)})` : "";
}

/** The headers of a request, with that of its body. */
export function allHeaders({ headers, body }: { headers: ApiRequest["headers"]; body?: string | undefined }): ApiRequest["headers"] {
  return body === undefined ? headers : [...headers, ["Content-Type", JSON_TYPE]];
}

/** Text as Python, JavaScript and R write it. Each understands JSON's escapes; without any, single quotes are easier to read. */
function quoted(text: string): string {
  const json = JSON.stringify(text);
  return /^[\x20-\x7e]*$/.test(text) && text.includes('"') && !/['\\]/.test(text) ? `'${text}'` : json;
}

/** Text as a shell takes it literally. A quotation mark ends that, so it stands between two such texts. */
function inShell(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
