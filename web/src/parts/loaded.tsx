/** Shows an answer, a note that it is loading, or why it failed and what to do. */

import type { ComponentChildren } from "preact";
import type { Failure } from "../api/request";
import type { Resource } from "../api/resource";
import { words } from "../words/words";
import { Icon } from "./icons";

interface Props<T> {
  readonly of: Resource<T>;
  readonly children: (data: T) => ComponentChildren;
  /** Replacements for the usual message, by the kind of failure. */
  readonly fallbacks?: Partial<Record<Failure["kind"], ComponentChildren>>;
}

export function Loaded<T>({ of, children, fallbacks }: Props<T>) {
  const { data, failure, isLoading } = of.value;
  return (
    <>
      {failure && ((data === null && fallbacks?.[failure.kind]) || <FailureNotice of={of} />)}
      {data !== null && children(data)}
      {data === null && !failure && isLoading && <p class="loading">{words.value.failure.loading}</p>}
    </>
  );
}

export function FailureNotice({ of }: { of: Resource<unknown> }) {
  const { failure: say } = words.value;
  const { failure, data, isLoading } = of.value;
  if (!failure) return null;
  return (
    <div class="notice">
      <p role="status">
        {say[failure.kind]} {data !== null && say.old}
      </p>
      <button type="button" class="button" aria-disabled={isLoading} onClick={() => void of.reload()}>
        <Icon name="retry" />
        {isLoading ? say.loading : say.retry}
      </button>
    </div>
  );
}
