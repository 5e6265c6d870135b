/** An answer as the page shows it: read up to a limit, formatted, and cut to a length that a page can show. */

import { type Content, contentOf } from "./request";

/** How much of an answer the page reads, in bytes. */
const MOST_READ = 4 * 1024 * 1024;
/** How much of an answer the page shows, in characters. */
export const MOST_SHOWN = 64 * 1024;

/** The headers that say something about the answer, in the order in which the page shows them. */
const TELLING = [
  "content-type",
  "location",
  "link",
  "retry-after",
  "ratelimit",
  "ratelimit-policy",
  "cache-control",
  "age",
  "cache-status",
  "last-modified",
  "etag",
  "deprecation",
  "x-request-id",
];

/** The headers of an answer that matter to a reader. */
export function tellingHeaders(headers: Headers): [string, string][] {
  return TELLING.flatMap((name) => {
    const value = headers.get(name);
    return value === null ? [] : [[name, value] as [string, string]];
  });
}

/** What was read of a body. */
interface ReadBody {
  readonly text: string;
  readonly bytes: number;
  /** Whether the body ended within the limit. */
  readonly isWhole: boolean;
}

/** Reads a body as text, up to `most` bytes, and reports what it has after each part. */
export async function readBody(
  body: ReadableStream<Uint8Array> | null,
  report: (soFar: ReadBody) => void,
  most = MOST_READ,
): Promise<ReadBody> {
  const decoder = new TextDecoder();
  let soFar: ReadBody = { text: "", bytes: 0, isWhole: body === null };
  if (body === null) return soFar;
  const reader = body.getReader();
  while (soFar.bytes < most) {
    const { done, value } = await reader.read();
    if (done) return { ...soFar, text: soFar.text + decoder.decode(), isWhole: true };
    const part = value.subarray(0, most - soFar.bytes);
    soFar = { text: soFar.text + decoder.decode(part, { stream: true }), bytes: soFar.bytes + part.length, isWhole: false };
    report(soFar);
  }
  await reader.cancel();
  return soFar;
}

/** The text to show for a body of a media type, and a remark if it is not all of it. */
export function shown(mediaType: string, { text, bytes, isWhole }: ReadBody): { readonly text: string; readonly remark: string } {
  const content: Content = contentOf(mediaType);
  if (bytes === 0) return { text: "", remark: isWhole ? "The answer has no body." : "" };
  if (content === "bytes")
    return { text: "", remark: `${size(bytes)} of ${mediaType || "an unknown type"}: open it in a new tab to save it.` };
  const formatted = content === "json" && isWhole ? indented(text) : text;
  if (formatted.length <= MOST_SHOWN) return { text: formatted, remark: isWhole ? "" : `The first ${size(bytes)}.` };
  // A stream shows its newest part, everything else its beginning.
  const cut = content === "stream" ? formatted.slice(-MOST_SHOWN) : formatted.slice(0, MOST_SHOWN);
  const part = `${content === "stream" ? "The last" : "The first"} ${size(MOST_SHOWN)}`;
  return { text: cut, remark: isWhole ? `${part} of ${size(formatted.length)}.` : `${part}.` };
}

/** A number of bytes in a few digits. */
export function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const isLarge = bytes >= 1_000_000;
  return `${(bytes / (isLarge ? 1_000_000 : 1000)).toLocaleString("en", { maximumSignificantDigits: 3 })} ${isLarge ? "MB" : "kB"}`;
}

/** JSON with one field per line; text that is not JSON stays as it is. Lists of numbers stay on one line. */
function indented(text: string): string {
  try {
    const lines = JSON.stringify(JSON.parse(text), undefined, 2);
    return lines.replace(/\[\n\s+((?:-?[\d.eE+-]+|null)(?:,\n\s+(?:-?[\d.eE+-]+|null))*)\n\s+\]/g, (_, items: string) => {
      return `[${items.replace(/\n\s+/g, " ")}]`;
    });
  } catch {
    return text;
  }
}
