/** Requests to HiveBox. Each has a time limit, and each failure has a kind for which the page has a message. */

export type FailureKind = "timeout" | "unreachable" | "busy" | "unavailable" | "not_found" | "refused" | "broken";

/** Why a request has no answer. */
export class Failure extends Error {
  constructor(
    readonly kind: FailureKind,
    readonly status: number | null,
    detail: string,
  ) {
    super(detail);
  }
}

/** In milliseconds. */
export const TIME_LIMIT = 12_000;

/**
 * Requests JSON.
 *
 * @param limit the time limit in milliseconds
 * @throws {Failure} without an answer, unless `signal` was aborted
 */
export async function getJson<T>(path: string, limit = TIME_LIMIT, signal?: AbortSignal): Promise<T> {
  return get(path, "application/json", limit, signal, async (response) => (await response.json()) as T);
}

/** Requests bytes, in the same way. */
export async function getBytes(path: string, limit = TIME_LIMIT, signal?: AbortSignal): Promise<Uint8Array> {
  return get(path, "*/*", limit, signal, async (response) => new Uint8Array(await response.arrayBuffer()));
}

async function get<T>(
  path: string,
  accept: string,
  limit: number,
  signal: AbortSignal | undefined,
  read: (response: Response) => Promise<T>,
): Promise<T> {
  const timeout = AbortSignal.timeout(limit);
  let response: Response;
  try {
    // The browser's cached copy may be older than the present announced by the stream.
    response = await fetch(path, {
      headers: { accept },
      cache: "no-cache",
      signal: signal ? AbortSignal.any([timeout, signal]) : timeout,
    });
    if (response.ok) return await read(response);
  } catch (error) {
    if (signal?.aborted) throw error;
    throw failureOf(error, timeout.aborted);
  }
  throw new Failure(kindOf(response.status), response.status, await detailOf(response));
}

/** The kind of failure that a status code means. */
export function kindOf(status: number): FailureKind {
  switch (status) {
    case 404:
      return "not_found";
    case 429:
      return "busy";
    case 502:
    case 503:
      return "unavailable";
    case 504:
      return "timeout";
    default:
      return status < 500 ? "refused" : "broken";
  }
}

function failureOf(error: unknown, isTimeout: boolean): Failure {
  if (isTimeout) return new Failure("timeout", null, "");
  // A malformed body throws a SyntaxError; everything else thrown by fetch is a network error.
  return new Failure(error instanceof SyntaxError ? "broken" : "unreachable", null, String(error));
}

/** The explanation in the problem document (RFC 9457); empty without one. */
async function detailOf(response: Response): Promise<string> {
  try {
    const problem: unknown = await response.json();
    return typeof problem === "object" && problem && "detail" in problem ? String(problem.detail) : "";
  } catch {
    return "";
  }
}
