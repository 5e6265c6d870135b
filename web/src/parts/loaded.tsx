/** Shows an answer, a note that it is loading, or why it failed and what to do. */

import type { ComponentChildren } from "preact";
import type { Failure } from "../api/request";
import type { Resource } from "../api/resource";
import { isOld } from "../panels/system-now";
import { words } from "../words/words";
import { Icon } from "./icons";

interface Props<T> {
  readonly of: Resource<T>;
  readonly children: (data: T) => ComponentChildren;
  /** Replacements for the usual message, by the kind of failure. */
  readonly fallbacks?: Partial<Record<Failure["kind"], ComponentChildren>>;
  /** Replaces the note that the answer is loading. */
  readonly waiting?: ComponentChildren;
}

export function Loaded<T>({ of, children, fallbacks, waiting }: Props<T>) {
  const { data, failure, isLoading } = of.value;
  return (
    <>
      {failure && ((data === null && fallbacks?.[failure.kind]) || <FailureNotice of={of} />)}
      {data !== null && children(data)}
      {data === null && !failure && isLoading && (waiting ?? <p class="loading">{words.value.failure.loading}</p>)}
    </>
  );
}

export function FailureNotice({ of }: { of: Resource<unknown> }) {
  const { failure: say } = words.value;
  const { failure, data, isLoading } = of.value;
  // While everything is out of date, the page says so once, and the old answer stays.
  if (!failure || (data !== null && isOld.value)) return null;
  if (isOld.value && failure.kind === "unreachable") return <p class="soft">{say.unreachable}</p>;
  return (
    <div class="notice">
      <p role="status">
        {say[failure.kind]} {data !== null && say.old}
      </p>
      {failure.kind !== "not_found" && (
        <button type="button" class="button" aria-disabled={isLoading} onClick={() => void of.reload()}>
          <Icon name="retry" />
          {isLoading ? say.loading : say.retry}
        </button>
      )}
    </div>
  );
}
