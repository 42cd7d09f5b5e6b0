import type { NewTask, TaskStatus } from "./task.ts";

/** The status a task is answered with: whether dependencies have ended is the store's to know, so it may wait. */
export function firstStatus(task: NewTask, nowMs: number): TaskStatus {
  const { delayMs = 0, runAtMs = 0, dependsOn, dedup } = task;
  const waits = delayMs > 0 || runAtMs > nowMs || dependsOn !== undefined || dedup?.mode === "debounce";
  return waits ? "delayed" : "queued";
}
