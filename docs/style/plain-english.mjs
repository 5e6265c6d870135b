// Our own rules for markdownlint-cli2: plain English, and links between files. `words.json` beside this file lists the
// words to avoid. Decision 33 explains the style. Code, tables and addresses are not prose, so the rules skip them.

import { existsSync, readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";

const WORDS = JSON.parse(readFileSync(new URL("words.json", import.meta.url), "utf8"));

const AVOIDED = WORDS.avoid.map(([pattern, instead]) => ({ pattern: new RegExp(`\\b(?:${pattern})\\b`, "giu"), instead }));

/** Tokens that are part of a paragraph and not prose. The number of their characters stays, so columns stay right. */
const MASKS = new Map([
  ["codeText", "x"],
  ["autolink", "x"],
  ["literalAutolink", "x"],
  ["resource", " "],
  ["reference", " "],
  ["htmlText", " "],
]);

/** Headings of the files that links point to, by path. */
const anchorsOfFiles = new Map();

/** A token and everything inside it, depth first. */
function* walk(token) {
  yield token;
  for (const child of token.children) yield* walk(child);
}

/** The text of a token without its code and addresses, and the line of each character. */
function proseOf(token, lines) {
  const rows = [];
  for (let line = token.startLine; line <= token.endLine; line += 1) {
    const row = [...lines[line - 1]];
    const start = line === token.startLine ? token.startColumn - 1 : 0;
    const end = line === token.endLine ? token.endColumn - 1 : row.length;
    rows.push(row.map((character, column) => (column >= start && column < end ? character : " ")));
  }
  for (const part of walk(token)) {
    const mask = MASKS.get(part.type);
    if (mask === undefined) continue;
    for (let line = part.startLine; line <= part.endLine; line += 1) {
      const row = rows[line - token.startLine];
      const start = line === part.startLine ? part.startColumn - 1 : 0;
      const end = line === part.endLine ? part.endColumn - 1 : row.length;
      row.fill(mask, start, end);
    }
  }
  let text = "";
  const lineAt = [];
  rows.forEach((row, index) => {
    const words = `${row.join("")}\n`;
    text += words;
    for (let position = 0; position < words.length; position += 1) lineAt.push(token.startLine + index);
  });
  return { text, lineAt };
}

/** Every token of a document. */
function* tokensOf(params) {
  for (const root of params.parsers.micromark.tokens) yield* walk(root);
}

/** Paragraphs, also those of list items and quotations; with `headings`, headings as well. */
function* proses(params, { headings = false } = {}) {
  for (const token of tokensOf(params)) {
    if (token.type === "paragraph" || (headings && token.type === "atxHeading")) yield proseOf(token, params.lines);
  }
}

/** The anchors that GitHub gives to the headings of a file. */
function anchorsOf(path) {
  if (!anchorsOfFiles.has(path)) {
    const prose = readFileSync(path, "utf8").replaceAll(/^```.*?^```/gmsu, "");
    const headings = [...prose.matchAll(/^#{1,6} +(.*)$/gmu)].map((match) => match[1]);
    const anchors = headings.map((heading) =>
      heading.toLowerCase().replaceAll(/[^\p{L}\p{N} _-]/gu, "").trim().replaceAll(" ", "-"),
    );
    anchorsOfFiles.set(path, new Set(anchors));
  }
  return anchorsOfFiles.get(path);
}

function rule(name, description, check) {
  return { names: [name], description, tags: ["hivebox"], parser: "micromark", function: check };
}

export default [
  rule("avoided-words", "Plain words", (params, onError) => {
    for (const { text, lineAt } of proses(params, { headings: true })) {
      const flowing = text.replaceAll("\n", " ");
      for (const { pattern, instead } of AVOIDED) {
        for (const match of flowing.matchAll(pattern)) {
          const found = match[0].replaceAll(/\s+/g, " ");
          onError({ lineNumber: lineAt[match.index], detail: `"${found}": ${instead}` });
        }
      }
    }
  }),
  rule("sentence-length", "Short sentences", (params, onError) => {
    const most = params.config.words ?? 35;
    for (const { text, lineAt } of proses(params)) {
      // A full stop inside a number or a name has no space behind it.
      for (const match of text.matchAll(/[^\s](?:[^.!?]|[.!?](?![\s"')\]*_]|$))*[.!?]?/gu)) {
        const words = match[0].split(/\s+/u).filter((word) => /[\p{L}\p{N}]/u.test(word)).length;
        if (words > most) {
          onError({ lineNumber: lineAt[match.index], detail: `${words} words; at most ${most}` });
        }
      }
    }
  }),
  rule("links-between-files", "Links to files and to their headings", (params, onError) => {
    for (const token of tokensOf(params)) {
      if (token.type !== "resourceDestinationString" || /^[a-z]+:|^#/u.test(token.text)) continue;
      const [file, anchor] = token.text.split("#");
      const path = resolve(dirname(params.name), file);
      if (!existsSync(path)) {
        onError({ lineNumber: token.startLine, detail: `${file} does not exist` });
      } else if (anchor !== undefined && !anchorsOf(path).has(anchor)) {
        onError({ lineNumber: token.startLine, detail: `${file} has no heading #${anchor}` });
      }
    }
  }),
  rule("repeated-word", "No word twice in a row", (params, onError) => {
    for (const { text, lineAt } of proses(params)) {
      for (const match of text.matchAll(/(?<![\p{L}\p{N}.-])(\p{L}{2,})\s+\1(?![\p{L}\p{N}-])/giu)) {
        if (!/^x+$/u.test(match[1])) onError({ lineNumber: lineAt[match.index], detail: `"${match[1]}" twice` });
      }
    }
  }),
];
