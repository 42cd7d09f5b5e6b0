import type { ComponentChildren, JSX } from "preact";
import type { Problem } from "../api/problem.ts";
import { Button } from "./button.tsx";
import { Icon, type IconName } from "./icon.tsx";

/** There is nothing here, and what to do about it. */
export function Empty(
  { icon = "tasks", title, children }: { icon?: IconName; title: string; children?: ComponentChildren },
): JSX.Element {
  return (
    <div class="state">
      <Icon name={icon} size={32} />
      <p class="state-title">{title}</p>
      {children && <div class="muted">{children}</div>}
    </div>
  );
}

/** What stands where an answer is awaited. */
export function Loading({ lines = 4 }: { lines?: number }): JSX.Element {
  return (
    <div class="loading" role="status" aria-label="Loading">
      {Array.from({ length: lines }, (_, at) => <span key={at} class="skeleton" />)}
    </div>
  );
}

/** A problem of the service, with its words. */
export function Failure({ problem, onRetry }: { problem: Problem; onRetry?: () => void }): JSX.Element {
  return (
    <div class="failure" role="alert">
      <Icon name="alert" />
      <div>
        <p class="state-title">{problem.title}</p>
        <p dir="auto">{problem.message}</p>
        {problem.fields.length > 0 && (
          <ul>
            {problem.fields.map(({ path, message }) => (
              <li key={path}>
                <code>{path}</code>: {message}
              </li>
            ))}
          </ul>
        )}
        <p class="muted small">
          {problem.code}
          {problem.requestId && ` · request ${problem.requestId}`}
        </p>
        {onRetry && <Button icon="retry" onClick={onRetry}>Try again</Button>}
      </div>
    </div>
  );
}

export interface LoadedProps<T> {
  resource: { data: T | undefined; problem: Problem | undefined; loading: boolean; reload: () => void };
  children: (data: T) => ComponentChildren;
}

/** A resource in whatever state it is. Data that is there stays, also when reading it again failed. */
export function Loaded<T>({ resource, children }: LoadedProps<T>): JSX.Element {
  const { data, problem, reload } = resource;
  if (data === undefined) return problem ? <Failure problem={problem} onRetry={reload} /> : <Loading />;
  return (
    <>
      {problem && problem.status !== 0 && <Failure problem={problem} onRetry={reload} />}
      {children(data)}
    </>
  );
}
