import type { Task, TaskNews } from "../../client/mod.ts";
import type { Output } from "../output.ts";
import { agoText, durationText } from "../text/figures.ts";
import { cleanText, oneLine } from "../text/plain.ts";
import { paintStatus } from "../text/paint.ts";
import type { Cell } from "../text/table.ts";

/** What there is to say of a task in a few words: its error, its progress, the brand. */
export function taskNote({ error, progress }: Pick<TaskNews, "error" | "progress">): string {
  if (error !== undefined) return `${error.code}: ${error.message}`;
  if (progress === undefined) return "";
  return `${progress.done}/${progress.total}${progress.message === undefined ? "" : ` ${progress.message}`}`;
}

export const TASK_HEAD = ["TASK", "TYPE", "STATUS", "TRIES", "AGE", "RUN", "NOTE"];

/** A task as a row under `TASK_HEAD`. */
export function taskRow(task: Task | TaskNews, { paint }: Output): (string | Cell)[] {
  const { status } = task;
  const since = "created_at" in task ? task.created_at : task.at;
  return [
    task.task_id,
    task.type,
    { text: status, paint: (text) => paintStatus(paint, status, text) },
    String(task.attempts),
    agoText(since),
    task.run_ms === undefined ? "" : durationText(task.run_ms),
    [task.brand, taskNote(task)].filter(Boolean).join(" "),
  ];
}

/** Shows a task: JSON, or its fields and then its result. */
export function showTask(out: Output, task: Task): void {
  if (out.isJson) return out.json(task);
  const { paint } = out;
  const lines: [string, string | undefined][] = [
    ["task", task.task_id],
    ["type", task.type],
    ["status", paintStatus(paint, task.status)],
    ["error", task.error && `${task.error.code}: ${oneLine(task.error.message)}`],
    ["progress", task.error === undefined ? taskNote(task) || undefined : undefined],
    ["attempts", `${task.attempts} of ${task.max_attempts}`],
    ["priority", String(task.priority)],
    ["brand", task.brand],
    ["tags", task.tags?.join(", ")],
    ["batch", task.batch_id],
    ["created", `${task.created_at} (${agoText(task.created_at)} ago)`],
    ["runs at", task.status === "delayed" ? task.run_at : undefined],
    ["finished", task.finished_at],
    ["waited", task.wait_ms === undefined ? undefined : durationText(task.wait_ms)],
    ["ran", task.run_ms === undefined ? undefined : durationText(task.run_ms)],
    ["request", task.request_id],
  ];
  for (const [name, value] of lines) {
    if (value !== undefined) out.line(`${paint("dim", name.padEnd(9))} ${out.apart(value)}`);
  }
  if (task.result !== undefined) out.line(`\n${resultText(task.result)}`);
}

/** What a task gave: of a scrape its Markdown, else JSON. */
export function resultText(result: unknown): string {
  const { markdown } = (result ?? {}) as { markdown?: unknown };
  return cleanText(typeof markdown === "string" ? markdown.trimEnd() : JSON.stringify(result, undefined, 2));
}
