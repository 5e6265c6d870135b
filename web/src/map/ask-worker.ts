/** Asks the map's worker. */

import { Failure } from "../api/request";
import type { Answer, Ask, Kind, Question, Reply, Stop } from "./worker/messages";

interface Waiting {
  done(answer: unknown): void;
  failed(failure: Failure): void;
}

const waiting = new Map<number, Waiting>();
let worker: Worker | null = null;
let questions = 0;

/**
 * Asks the worker, which starts with the first question.
 *
 * @throws {Failure} if HiveBox does not answer the worker, or the browser does not start it
 */
export function ask<K extends Kind>(kind: K, ask: Ask<K>, signal?: AbortSignal): Promise<Answer<K>> {
  worker ??= start();
  questions += 1;
  const id = questions;
  // The compiler cannot see that kind and question belong together.
  const question = { id, kind, ask } as Question;
  const stop = () => worker?.postMessage({ stop: id } satisfies Stop);
  signal?.addEventListener("abort", stop);
  const answer = new Promise<Answer<K>>((resolve, reject) => {
    waiting.set(id, { done: (answer) => resolve(answer as Answer<K>), failed: reject });
  });
  worker.postMessage(question);
  return answer.finally(() => {
    waiting.delete(id);
    signal?.removeEventListener("abort", stop);
  });
}

function start(): Worker {
  const started = new Worker(new URL("./worker/main.ts", import.meta.url), { type: "module", name: "map" });
  started.addEventListener("message", ({ data }: MessageEvent<Reply>) => {
    if ("failure" in data) waiting.get(data.id)?.failed(new Failure(data.failure.kind, data.failure.status, data.failure.detail));
    else waiting.get(data.id)?.done(data.answer);
  });
  // Its script did not arrive, or has a fault. The next question starts it again.
  started.addEventListener("error", ({ message }) => {
    worker = null;
    for (const each of waiting.values()) each.failed(new Failure("unreachable", null, message));
  });
  return started;
}
