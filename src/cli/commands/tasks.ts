import type { Command } from "commander";
import type { RouteQuery, Task } from "../../client/mod.ts";
import { given, type Status, statusOption, whole } from "../options.ts";
import { exitCodeOfTask, type Run } from "../session.ts";
import { tableLines } from "../text/table.ts";
import { showTask, TASK_HEAD, taskRow } from "./task_text.ts";
import { waitWithBar } from "./wait.ts";

/** Options that name many tasks. */
export interface FilterOptions {
  status?: Status;
  type?: string;
  brand?: string;
  tag?: string;
  batch?: string;
}

/** Adds them to a command. */
export function filterOptions(command: Command): Command {
  return command
    .option("--type <type>", "only tasks of this type")
    .option("--brand <brand>", "only tasks of this brand")
    .option("--tag <tag>", "only tasks with this tag")
    .option("--batch <id>", "only tasks of this batch");
}

/** As the API names them. */
export function filterFields({ status, type, brand, tag, batch }: FilterOptions) {
  return given({ status, type, brand, tag, batch_id: batch });
}

/** `tutti tasks` */
export function tasksCommand(program: Command, run: Run): void {
  filterOptions(
    program.command("tasks")
      .summary("list tasks, newest first")
      .description("Lists tasks, newest first; those that failed: --status failed.")
      .addOption(statusOption())
      .option("--limit <count>", "tasks at most", whole(1), 20),
  ).action(run(async ({ client, out, signal }, options: FilterOptions & { limit: number }) => {
    const query: RouteQuery<"GET /api/tasks"> = {
      ...filterFields(options),
      limit: Math.min(options.limit, 200),
    };
    const tasks: Task[] = [];
    for await (const task of client.eachTask(query, { signal })) {
      tasks.push(task);
      if (tasks.length >= options.limit) break;
    }
    if (out.isJson) out.json({ tasks });
    else if (tasks.length === 0) out.beside("There is no such task");
    else out.lines(tableLines(TASK_HEAD, tasks.map((task) => taskRow(task, out)), out));
  }));
}

/** `tutti task ID` */
export function taskCommand(program: Command, run: Run): void {
  program.command("task")
    .summary("show a task, with its result")
    .description("Shows a task. With --wait once it has ended; the exit code is 1 where it did not complete.")
    .argument("<id>")
    .option("--wait", "wait for its end")
    .action(run(async (session, id: string, { wait }: { wait?: boolean }) => {
      const { client, out, signal } = session;
      const task = wait ? await waitWithBar(session, id) : await client.task(id, { signal });
      showTask(out, task);
      return wait ? exitCodeOfTask(task) : undefined;
    }));
}
