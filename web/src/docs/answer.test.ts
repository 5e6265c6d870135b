import { describe, expect, it } from "vitest";
import { MOST_SHOWN, readBody, shown, size, tellingHeaders } from "./answer";

const whole = (text: string) => ({ text, bytes: text.length, isWhole: true });

/** A stream of parts, and whether its reader gave it up. */
function streamOf(parts: readonly string[], isEndless = false) {
  const state = { isCancelled: false };
  const encoder = new TextEncoder();
  let next = 0;
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      const part = parts[isEndless ? 0 : next++];
      if (part === undefined) controller.close();
      else controller.enqueue(encoder.encode(part));
    },
    cancel() {
      state.isCancelled = true;
    },
  });
  return { stream, state };
}

describe("a body", () => {
  it("is read to its end, and reported part by part", async () => {
    const reports: number[] = [];
    const read = await readBody(streamOf(["ab", "c"]).stream, ({ bytes }) => reports.push(bytes));
    expect([read, reports]).toEqual([{ text: "abc", bytes: 3, isWhole: true }, [2, 3]]);
    expect(await readBody(null, () => {})).toEqual({ text: "", bytes: 0, isWhole: true });
  });

  it("without an end is read to the limit, and then given up", async () => {
    const { stream, state } = streamOf(["0123456789"], true);
    const read = await readBody(stream, () => {}, 25);
    expect([read.bytes, read.text.length, read.isWhole, state.isCancelled]).toEqual([25, 25, false, true]);
  });
});

describe("what is shown", () => {
  it("has one field of JSON per line, and lists of numbers on one line", () => {
    expect(shown("application/json", whole('{"a":[1,-2.5,null],"b":[{"c":1}]}')).text).toBe(
      '{\n  "a": [1, -2.5, null],\n  "b": [\n    {\n      "c": 1\n    }\n  ]\n}',
    );
    expect(shown("application/problem+json", whole("{broken")).text).toBe("{broken");
    expect(shown("text/csv", whole("a,b\n1,2")).text).toBe("a,b\n1,2");
  });

  it("has a bound, and says so", () => {
    const long = "x".repeat(MOST_SHOWN + 10);
    const { text, remark } = shown("text/plain", whole(`first${long}`));
    expect([text.length, text.slice(0, 5)]).toEqual([MOST_SHOWN, "first"]);
    expect(remark).toBe("The first 65.5 kB of 65.6 kB.");
    const stream = shown("text/event-stream", { ...whole(`${long}last`), isWhole: false });
    expect([stream.text.length, stream.text.slice(-4), stream.remark]).toEqual([MOST_SHOWN, "last", "The last 65.5 kB."]);
  });

  it("is a remark for files and empty answers", () => {
    expect(shown("application/vnd.apache.parquet", whole("PAR1")).remark).toMatch(/^4 B of application\/vnd\.apache\.parquet/);
    expect(shown("", whole("")).remark).toBe("The answer has no body.");
  });

  it("names the headers that matter, in a fixed order", () => {
    const headers = new Headers({ etag: '"a"', "x-other": "b", "content-type": "text/csv" });
    expect(tellingHeaders(headers)).toEqual([
      ["content-type", "text/csv"],
      ["etag", '"a"'],
    ]);
  });
});

it("sizes have few digits", () => {
  expect([999, 1000, 12_345, 4_194_304].map(size)).toEqual(["999 B", "1 kB", "12.3 kB", "4.19 MB"]);
});
