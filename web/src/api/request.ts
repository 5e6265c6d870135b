/** Requests to HiveBox. Each has a time limit, and each failure a kind that the page has words for. */

export type FailureKind = "timeout" | "unreachable" | "busy" | "unavailable" | "not_found" | "refused" | "broken";

/** Why there is no answer. */
export class Failure extends Error {
  constructor(
    readonly kind: FailureKind,
    readonly status: number | null,
    detail: string,
  ) {
    super(detail);
  }
}

export const TIME_LIMIT = 12_000;

/** Asks for JSON. */
export async function getJson<T>(path: string, limit = TIME_LIMIT, signal?: AbortSignal): Promise<T> {
  const ends = AbortSignal.timeout(limit);
  let response: Response;
  try {
    // The browser's own copy may be older than a present that the page has heard of.
    response = await fetch(path, {
      headers: { accept: "application/json" },
      cache: "no-cache",
      signal: signal ? AbortSignal.any([ends, signal]) : ends,
    });
    if (response.ok) return (await response.json()) as T;
  } catch (error) {
    if (signal?.aborted) throw error;
    throw failureOf(error, ends.aborted);
  }
  throw new Failure(kindOf(response.status), response.status, await detailOf(response));
}

/** What kind of failure a status is. */
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

function failureOf(error: unknown, isLate: boolean): Failure {
  if (isLate) return new Failure("timeout", null, "");
  // Of a body that is no JSON there is a SyntaxError; all else that fetch throws is of the network.
  return new Failure(error instanceof SyntaxError ? "broken" : "unreachable", null, String(error));
}

/** What the service itself says (RFC 9457). */
async function detailOf(response: Response): Promise<string> {
  try {
    const problem: unknown = await response.json();
    return typeof problem === "object" && problem && "detail" in problem ? String(problem.detail) : "";
  } catch {
    return "";
  }
}
