import { describe, expect, it } from "vitest";
import { contentOf, type Field, requestOf, serviceOf } from "./request";

const SERVICE = "https://hive.example";
const boxes = { method: "GET", path: "/api/v1/boxes", answer: "application/json" };
const query = (name: string, value: string): Field => ({ place: "query", name, value });

describe("the service", () => {
  it("is where the page is, with the prefix of a proxy", () => {
    expect(serviceOf("http://127.0.0.1:5000/docs?a=b#getBoxes")).toBe("http://127.0.0.1:5000");
    expect(serviceOf("https://hive.example/weather/docs")).toBe("https://hive.example/weather");
  });
});

describe("a request", () => {
  it("sends filled fields only, and keeps lists and times readable", () => {
    const fields = [query("bbox", "5.9, 47.3"), query("name", " a&b ü"), query("limit", "  "), query("from", "2026-01-01T00:00:00+01:00")];
    expect(requestOf(SERVICE, boxes, fields).url).toBe(
      `${SERVICE}/api/v1/boxes?bbox=5.9,%2047.3&name=a%26b%20%C3%BC&from=2026-01-01T00:00:00%2B01:00`,
    );
    expect(requestOf(SERVICE, boxes, []).url).toBe(`${SERVICE}/api/v1/boxes`);
  });

  it("puts each field in its place", () => {
    const snapshot = { method: "GET", path: "/api/v1/snapshots/{name}", answer: "application/vnd.apache.parquet" };
    const fields: Field[] = [
      { place: "path", name: "name", value: "a/b" },
      { place: "header", name: "If-None-Match", value: '"tag"' },
    ];
    const request = requestOf(SERVICE, snapshot, fields);
    expect([request.url, request.headers]).toEqual([`${SERVICE}/api/v1/snapshots/a%2Fb`, [["If-None-Match", '"tag"']]]);
    expect([request.answer, request.file]).toEqual(["bytes", "snapshots.parquet"]);
    const sql = requestOf(SERVICE, { method: "POST", path: "/api/v1/sql", answer: "application/json" }, [
      { place: "body", name: "", value: '{"sql":"select 1"}' },
    ]);
    expect([sql.body, sql.url]).toEqual(['{"sql":"select 1"}', `${SERVICE}/api/v1/sql`]);
  });

  it("expects the format that it asks for", () => {
    const [csv, arrow, json] = ["csv", "arrow", "geojson"].map((format) => requestOf(SERVICE, boxes, [query("format", format)]));
    expect([csv?.answer, csv?.file]).toEqual(["table", "boxes.csv"]);
    expect([arrow?.answer, arrow?.file]).toEqual(["bytes", "boxes.arrow"]);
    expect(json?.answer).toBe("json");
  });
});

it("media types say how to read an answer", () => {
  const types = {
    "application/problem+json": "json",
    "text/csv; charset=utf-8": "table",
    "text/event-stream": "stream",
    "text/html; charset=utf-8": "text",
    "application/openmetrics-text; version=1.0.0": "text",
    "image/svg+xml": "text",
    "application/vnd.apache.parquet": "bytes",
    "": "bytes",
  };
  expect(Object.fromEntries(Object.keys(types).map((type) => [type, contentOf(type)]))).toEqual(types);
});
