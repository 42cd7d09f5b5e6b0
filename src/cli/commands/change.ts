import type { Command } from "commander";
import type { Task } from "../../client/mod.ts";
import { EXIT, exitCodeOf, messageOf, UsageError } from "../exit.ts";
import { statusOption } from "../options.ts";
import type { Run, Session } from "../session.ts";
import { filterFields, type FilterOptions, filterOptions } from "./tasks.ts";

interface Options extends FilterOptions {
  dryRun?: boolean;
  yes?: boolean;
}

type Action = "retry" | "cancel";

const WORDS = {
  retry: { summary: "run failed or cancelled tasks again", does: "Runs again", done: "Run again" },
  cancel: { summary: "cancel tasks", does: "Cancels", done: "Cancelled" },
} as const;

/** `tutti retry`, `tutti cancel`: tasks by their ids, or all that a filter names. */
export function changeCommand(program: Command, run: Run, action: Action): void {
  const { summary, does } = WORDS[action];
  filterOptions(
    program.command(action)
      .summary(summary)
      .description(`${does} these tasks, or all that the options name (after a question; --yes: without).`)
      .argument("[id...]")
      .addOption(statusOption())
      .option("--dry-run", "only count")
      .option("--yes", "do not ask"),
  ).action(run(async (session, ids: string[], options: Options) => {
    const filter = filterFields(options);
    const isFiltered = Object.keys(filter).length > 0;
    if (isFiltered === ids.length > 0) {
      throw new UsageError(`Cannot ${action} as ids, or else options that name tasks, must be given`);
    }
    if (isFiltered) return await changeAll(session, action, filter, options);
    if (options.dryRun) throw new UsageError("--dry-run goes with options that name tasks");
    return await changeEach(session, action, ids);
  }));
}

/** One that fails does not keep the others from it. The exit code is that of the first failure. */
async function changeEach({ client, out, signal }: Session, action: Action, ids: string[]): Promise<number> {
  let code: number = EXIT.done;
  const tasks: Task[] = [];
  const failed: { task_id: string; message: string }[] = [];
  for (const id of ids) {
    try {
      const task = action === "retry"
        ? await client.retry(id, { signal })
        : await client.cancel(id, { signal });
      tasks.push(task);
      if (!out.isJson) {
        out.line(`${task.task_id}  ${task.status}${task.cancel_requested ? " (stopping)" : ""}`);
      }
    } catch (error) {
      signal.throwIfAborted();
      code ||= exitCodeOf(error);
      failed.push({ task_id: id, message: messageOf(error) });
      if (!out.isJson) out.beside(`${id}: ${messageOf(error)}`);
    }
  }
  if (out.isJson) out.json({ tasks, failed });
  return code;
}

async function changeAll(
  session: Session,
  action: Action,
  filter: ReturnType<typeof filterFields>,
  { dryRun, yes }: Options,
): Promise<number> {
  const { client, out, signal } = session;
  const count = await client.bulk({ action, filter, dry_run: true }, { signal });
  if (dryRun || count.changed === 0) {
    if (out.isJson) out.json(count);
    else out.line(`${count.changed} of ${count.matched} tasks would change`);
    return EXIT.done;
  }
  if (!session.confirm(`${WORDS[action].does} ${count.changed} tasks.`, yes)) return EXIT.problem;
  const answer = await client.bulk({ action, filter, dry_run: false }, { signal });
  if (out.isJson) out.json(answer);
  else out.line(`${WORDS[action].done}: ${answer.changed} of ${answer.matched} tasks`);
  return EXIT.done;
}
