/** The map's worker: requests, decoding and grouping, which would keep the page from reacting to its reader. */

import { Failure } from "../../api/request";
import { answer, buffersIn } from "./handler";
import type { Question, Reply, Stop } from "./messages";

const running = new Map<number, AbortController>();

addEventListener("message", ({ data }: MessageEvent<Question | Stop>) => {
  if ("stop" in data) running.get(data.stop)?.abort();
  else void reply(data);
});

async function reply({ id, kind, ask }: Question): Promise<void> {
  const own = new AbortController();
  running.set(id, own);
  try {
    const given = await answer(kind, ask, own.signal);
    send({ id, answer: given }, buffersIn(given));
  } catch (error) {
    const { kind, status, message } = error instanceof Failure ? error : new Failure("broken", null, String(error));
    send({ id, failure: { kind, status, detail: message } }, []);
  } finally {
    running.delete(id);
  }
}

function send(reply: Reply, buffers: ArrayBuffer[]): void {
  postMessage(reply, { transfer: buffers });
}
