import type { QueueStatus, Task, TaskNews } from "../../client/mod.ts";
import type { Output } from "../output.ts";
import { fitted } from "../text/plain.ts";
import { tableLines } from "../text/table.ts";
import { queueLines } from "./status.ts";
import { TASK_HEAD, taskRow } from "./task_text.ts";

/** Least time between two drawings. */
const DRAW_EVERY_MS = 100;
/** Ages grow though nothing happens. */
const TICK_MS = 1000;
/** Tasks that are kept; of these, those are shown for which there is room. */
const MAX_TASKS = 500;
const [HIDE_CURSOR, SHOW_CURSOR, NO_WRAP, WRAP] = ["\x1b[?25l", "\x1b[?25h", "\x1b[?7l", "\x1b[?7h"];

/**
 * The queue and its newest tasks on a terminal, drawn over what was drawn before. What runs stands first, then what changed
 * last. Dispose of it: the terminal is as it was, with the last drawing left on it.
 */
export class LiveTable implements Disposable {
  readonly #out: Output;
  readonly #url: string;
  readonly #tasks = new Map<string, Task | TaskNews>();
  #queue: QueueStatus | undefined;
  #isAway = false;
  #drawnLines = 0;
  #drawTimer: ReturnType<typeof setTimeout> | undefined;
  readonly #tick: ReturnType<typeof setInterval>;

  constructor(out: Output, url: string) {
    this.#out = out;
    this.#url = url;
    out.write(HIDE_CURSOR);
    this.#tick = setInterval(() => this.#changed(), TICK_MS);
    this.#changed();
  }

  /** New counters. True for the first, and after a `reset`, which makes the tasks that were known doubtful. */
  counters(queue: QueueStatus, isReset: boolean): boolean {
    const isNew = this.#queue === undefined || isReset;
    if (isReset) this.#tasks.clear();
    this.#queue = queue;
    this.#isAway = false;
    this.#changed();
    return isNew;
  }

  /** What has become of tasks. */
  tasks(tasks: readonly (Task | TaskNews)[]): void {
    for (const task of tasks) {
      this.#tasks.delete(task.task_id); // the newest is the last
      this.#tasks.set(task.task_id, task);
    }
    for (const id of this.#tasks.keys()) {
      if (this.#tasks.size <= MAX_TASKS) break;
      this.#tasks.delete(id);
    }
    this.#isAway = false;
    this.#changed();
  }

  /** The service does not answer. */
  away(): void {
    this.#isAway = true;
    this.#changed();
  }

  [Symbol.dispose](): void {
    clearInterval(this.#tick);
    clearTimeout(this.#drawTimer);
    this.#draw();
    this.#out.write(SHOW_CURSOR);
  }

  #changed(): void {
    this.#drawTimer ??= setTimeout(() => {
      this.#drawTimer = undefined;
      this.#draw();
    }, DRAW_EVERY_MS);
  }

  #draw(): void {
    const { columns, rows } = this.#out.size();
    const lines = this.#lines(columns, rows - 1);
    const back = this.#drawnLines === 0 ? "" : `\x1b[${this.#drawnLines}A`;
    this.#drawnLines = lines.length;
    // Each line is ended by an erasure, not begun by one: what stays the same does not flicker.
    const body = lines.map((line) => `${line}\x1b[K\n`).join("");
    this.#out.write(`${NO_WRAP}${back}\r${body}\x1b[J${WRAP}`);
  }

  #lines(columns: number, rows: number): string[] {
    const { paint } = this.#out;
    const state = this.#isAway
      ? paint("red", "away, trying again")
      : this.#queue === undefined
      ? "asking"
      : paint("green", "live");
    const lines = [`${paint("bold", "tutti")} ${fitted(this.#url, columns - 30)} ${state}`];
    if (this.#queue === undefined) return lines;
    lines.push(...queueLines(this.#queue, this.#out), "");
    const shown = this.#inOrder().slice(0, Math.max(0, rows - lines.length - 1));
    const table = tableLines(TASK_HEAD, shown.map((task) => taskRow(task, this.#out)), { paint, columns });
    return [...lines, ...table].slice(0, Math.max(1, rows));
  }

  #inOrder(): (Task | TaskNews)[] {
    const newest = [...this.#tasks.values()].reverse();
    const isRunning = ({ status }: { status: string }) => status === "running";
    return [...newest.filter(isRunning), ...newest.filter((task) => !isRunning(task))];
  }
}
