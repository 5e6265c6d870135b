/** Another demo of HiveBox, for tests of a page with settings that the common one lacks. */

import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { needed } from "./browser.mjs";

/** Starts a demo with some boxes and the given flags; returns its address, and a function that ends it. */
export async function startDemo(flags) {
  const folder = await mkdtemp(join(tmpdir(), "hivebox-"));
  const common = ["demo", "--listen", "127.0.0.1:0", "--past", "0s", "--stations", "300", "--rate-limit", "off"];
  const child = spawn(needed("HIVEBOX_TEST_BINARY"), [...common, ...flags], { cwd: folder, env: {}, stdio: ["ignore", "pipe", "ignore"] });
  const ended = new Promise((done) => child.once("exit", done));
  const stop = async () => {
    child.kill();
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  for await (const line of createInterface({ input: child.stdout })) {
    const address = /http:\/\/[\d.]+:\d+/.exec(line)?.[0];
    if (address) return { address, stop };
  }
  await stop();
  throw new Error("the demo ended before it had an address");
}
