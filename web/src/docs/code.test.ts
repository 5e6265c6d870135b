import { describe, expect, it } from "vitest";
import { LANGUAGES } from "./code";
import type { ApiRequest } from "./request";

const plain: ApiRequest = {
  method: "GET",
  url: "https://hive.example/api/v1/boxes?limit=2",
  headers: [],
  answer: "json",
  file: "boxes.json",
};
const sql: ApiRequest = {
  method: "POST",
  url: "https://hive.example/api/v1/sql",
  headers: [],
  body: `{"sql":"select 'a'"}`,
  answer: "json",
  file: "sql.json",
};

describe("code for a plain request", () => {
  it("is as short as each language allows", () => {
    expect(LANGUAGES.curl(plain)).toBe("curl 'https://hive.example/api/v1/boxes?limit=2'");
    expect(LANGUAGES.Python(plain)).toBe(
      [
        "import json",
        "from urllib.request import urlopen",
        "",
        'with urlopen("https://hive.example/api/v1/boxes?limit=2") as response:',
        "    answer = json.load(response)",
        "print(answer)",
      ].join("\n"),
    );
    expect(LANGUAGES.JavaScript(plain)).toMatch(
      /^const response = await fetch\("https:\/\/hive\.example\/api\/v1\/boxes\?limit=2"\);\nif .*\nconsole\.log\(await response\.json\(\)\);$/,
    );
    expect(LANGUAGES.R(plain)).toBe(
      'answer <- jsonlite::fromJSON("https://hive.example/api/v1/boxes?limit=2")\nstr(answer, max.level = 1)',
    );
  });

  it("keeps a file as it is", () => {
    const parquet: ApiRequest = { ...plain, answer: "bytes", file: "boxes.parquet" };
    expect(LANGUAGES.curl(parquet)).toContain(" -o 'boxes.parquet'");
    expect(LANGUAGES.Python(parquet)).toContain('open("boxes.parquet", "wb")');
    expect(LANGUAGES.R(parquet)).toContain('arrow::read_parquet("boxes.parquet")');
  });

  it("reads a stream while it lasts", () => {
    const live: ApiRequest = { ...plain, answer: "stream" };
    expect(LANGUAGES.curl(live)).toMatch(/^curl -N '/);
    expect(LANGUAGES.Python(live)).toContain("for line in response:");
    expect(LANGUAGES.JavaScript(live)).toContain("for await (const part of response.body)");
    expect(LANGUAGES.R(live)).toContain("readLines(stream, n = 1)");
  });
});

describe("code for a request with more than an address", () => {
  it("sends the method, the headers and the body, whatever quotes they have", () => {
    expect(LANGUAGES.curl(sql)).toBe(
      String.raw`curl -X POST 'https://hive.example/api/v1/sql' -H 'Content-Type: application/json' -d '{"sql":"select '\''a'\''"}'`,
    );
    expect(LANGUAGES.Python(sql)).toContain(String.raw`    data="{\"sql\":\"select 'a'\"}".encode(),`);
    expect(LANGUAGES.JavaScript(sql)).toContain('method: "POST",\n  headers: { "Content-Type": "application/json" },');
    expect(LANGUAGES.R(sql)).toContain(`req_method("POST") |>\n  req_body_raw("{\\"sql\\":\\"select 'a'\\"}", "application/json") |>`);
    const tagged: ApiRequest = { ...plain, headers: [["If-None-Match", '"tag"']] };
    expect(LANGUAGES.curl(tagged)).toContain(`-H 'If-None-Match: "tag"'`);
    expect(LANGUAGES.Python(tagged)).toContain(`headers={"If-None-Match": '"tag"'}`);
    expect(LANGUAGES.R(tagged)).toContain(`req_headers(\`If-None-Match\` = '"tag"')`);
  });
});
