import type { AcceptedTask, Task } from "../../client/mod.ts";
import { exitCodeOfTask, type Session } from "../session.ts";
import { oneLine } from "../text/plain.ts";
import { barText } from "../text/progress.ts";
import { showTask } from "./task_text.ts";

/** The task once it has ended; a person sees how far it is. */
export async function waitWithBar({ client, out, signal }: Session, taskId: string): Promise<Task> {
  try {
    for await (const { data } of client.taskEvents(taskId, { signal })) {
      const { status, progress } = data;
      out.bar(
        progress === undefined
          ? `${status} ${taskId}`
          : `${barText(progress.done, progress.total)} ${oneLine(progress.message ?? "")}`.trimEnd(),
      );
    }
    return await client.task(taskId, { signal });
  } catch (error) {
    if (signal.aborted) out.beside(`It goes on without us: tutti task ${taskId} --wait`);
    throw error;
  } finally {
    out.endBar();
  }
}

/** Tells what was accepted, or waits for it and shows it. */
export async function tellOrWait(session: Session, accepted: AcceptedTask, wait?: boolean): Promise<number> {
  const { out } = session;
  if (!wait) {
    if (out.isJson) out.json(accepted);
    else out.line(accepted.task_id);
    return 0;
  }
  const task = await waitWithBar(session, accepted.task_id);
  showTask(out, task);
  return exitCodeOfTask(task);
}
