import type { JSX } from "preact";
import type { Task, TaskNews } from "../../api/types.ts";
import { dateTime, duration, StatusBadge } from "../../ui/mod.ts";

export type TimelineEvent = TaskNews;

interface Step {
  at: string;
  status: string;
  text: string;
  attempt?: number;
}

/** What happened to a task, as far as the service remembers it; at least what the task itself tells. */
export function Timeline(
  { task, events, complete }: { task: Task; events: readonly TimelineEvent[]; complete: boolean },
): JSX.Element {
  const steps = stepsOf(task, events);
  return (
    <>
      <ol class="timeline">
        {steps.map((step, at) => (
          <li key={`${step.at}${at}`} class={`timeline-step timeline-${step.status}`}>
            <time dateTime={step.at} class="mono small muted">{dateTime(step.at)}</time>
            <span class="timeline-what">
              <StatusBadge status={step.status} />
              {step.attempt !== undefined && step.attempt > 0 && (
                <span class="muted small">attempt {step.attempt}</span>
              )}
              <span dir="auto" class="wrap">{step.text}</span>
            </span>
          </li>
        ))}
      </ol>
      {!complete && (
        <p class="muted small">Only the latest events of the service are kept: some are missing.</p>
      )}
    </>
  );
}

function stepsOf(task: Task, events: readonly TimelineEvent[]): Step[] {
  const changes = events.filter(({ progress }) => progress === undefined).map((event): Step => ({
    at: event.at,
    status: event.status,
    attempt: event.status === "queued" ? undefined : event.attempts,
    text: event.error !== undefined
      ? `${event.error.code}: ${event.error.message}`
      : event.run_ms !== undefined
      ? `ran ${duration(event.run_ms)}`
      : event.status === "running" && event.wait_ms !== undefined
      ? `waited ${duration(event.wait_ms)}`
      : "",
  }));
  if (changes.some(({ status }) => status === "queued" || status === "delayed")) return changes;
  const known: Step[] = [{ at: task.created_at, status: "queued", text: "accepted" }];
  if (changes.length > 0) return [...known, ...changes];
  if (task.started_at !== undefined) {
    known.push({
      at: task.started_at,
      status: "running",
      attempt: task.attempts,
      text: task.wait_ms === undefined ? "" : `waited ${duration(task.wait_ms)}`,
    });
  }
  if (task.finished_at !== undefined) {
    known.push({
      at: task.finished_at,
      status: task.status,
      text: task.run_ms === undefined ? "" : `ran ${duration(task.run_ms)}`,
    });
  }
  return known;
}
