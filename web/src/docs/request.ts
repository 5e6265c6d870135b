/** The request that the fields of an operation describe. */

/** Where a field goes in a request, as OpenAPI names it, or into its body. */
export type Place = "path" | "query" | "header" | "body";

/** A field as the reader filled it in. Empty fields are not sent. */
export interface Field {
  readonly place: Place;
  readonly name: string;
  readonly value: string;
}

/** What an operation says about its requests. */
export interface Operation {
  readonly method: string;
  /** The path with names in braces. */
  readonly path: string;
  /** The media type of a successful answer, unless `format` asks for another one; empty if there is no body. */
  readonly answer: string;
}

export interface ApiRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** JSON text. */
  readonly body?: string;
  /** What a successful answer holds. */
  readonly answer: Content;
  /** The name for a file with the answer. */
  readonly file: string;
}

/** How an answer can be read. */
export type Content = "json" | "table" | "text" | "stream" | "bytes";

const OF_FORMAT: Readonly<Record<string, Content>> = { json: "json", geojson: "json", csv: "table", parquet: "bytes", arrow: "bytes" };

/** How an answer of a media type can be read. */
export function contentOf(mediaType: string): Content {
  const [type = ""] = mediaType.toLowerCase().split(";");
  if (type === "text/event-stream") return "stream";
  if (type === "text/csv") return "table";
  if (/[/+]json$/.test(type)) return "json";
  return /^text\/|[/+]xml$|javascript$|manifest/.test(type) || type.startsWith("application/openmetrics") ? "text" : "bytes";
}

/** The address of the service that serves the page at `page`, without a slash at the end. A proxy may have added a prefix to `/docs`. */
export function serviceOf(page: string): string {
  return new URL(".", page).href.replace(/\/$/, "");
}

/** The request of an operation at the service `service`. */
export function requestOf(service: string, { method, path, answer }: Operation, fields: readonly Field[]): ApiRequest {
  const filled = fields.filter(({ value }) => value.trim() !== "").map((field) => ({ ...field, value: field.value.trim() }));
  const of = (place: Place) => filled.filter((field) => field.place === place);
  const located = of("path").reduce((path, { name, value }) => path.replaceAll(`{${name}}`, encodeURIComponent(value)), path);
  const query = of("query").map(({ name, value }) => `${encodeURIComponent(name)}=${inQuery(value)}`);
  const headers = of("header").map(({ name, value }) => [name, value] as const);
  const body = of("body")[0]?.value;
  const format = of("query").find(({ name }) => name === "format")?.value;
  const content = (format && OF_FORMAT[format]) || contentOf(answer);
  return {
    method,
    url: `${service}${located}${query.length > 0 ? "?" : ""}${query.join("&")}`,
    headers,
    ...(body === undefined ? {} : { body }),
    answer: content,
    file: `${path.split("/").findLast((part) => part && !part.startsWith("{")) ?? "answer"}.${format ?? extensionOf(answer)}`,
  };
}

/** A value in a query. Commas and colons may stay, so that lists and times stay readable. */
function inQuery(value: string): string {
  return encodeURIComponent(value).replaceAll("%2C", ",").replaceAll("%3A", ":").replaceAll("%2F", "/");
}

function extensionOf(mediaType: string): string {
  if (mediaType.includes("parquet")) return "parquet";
  const content = contentOf(mediaType);
  return content === "json" ? "json" : content === "table" ? "csv" : "txt";
}
