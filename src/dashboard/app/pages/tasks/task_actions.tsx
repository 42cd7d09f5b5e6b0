import type { JSX } from "preact";
import { api } from "../../api/client.ts";
import type { Task } from "../../api/types.ts";
import { navigate } from "../../router/router.ts";
import { attempt, Button, confirmed, Select } from "../../ui/mod.ts";

const ENDED: ReadonlySet<string> = new Set(["completed", "failed", "cancelled"]);

/** What can be done with a task as it is. */
export function TaskActions({ task, onDone }: { task: Task; onDone: () => void }): JSX.Element {
  const path = `/api/tasks/${encodeURIComponent(task.task_id)}`;
  const hasEnded = ENDED.has(task.status);
  const then = async (work: Promise<boolean>) => void (await work && onDone());

  const cancel = async () => {
    const text = task.status === "running"
      ? "It runs: it is told to stop, and killed if it does not."
      : "It has not begun and will not.";
    if (await confirmed("Cancel this task?", text, "Cancel the task")) {
      await then(attempt("The task is cancelled", () => api.delete(path)));
    }
  };
  const forget = async () => {
    if (!await confirmed("Forget this task?", "It and its result are gone for good.", "Forget it")) return;
    if (await attempt("The task is forgotten", () => api.delete(`${path}?purge=true`))) navigate("/tasks");
  };
  return (
    <>
      {!hasEnded && (
        <Select
          label="Priority"
          value={String(task.priority)}
          options={Array.from({ length: 11 }, (_, at) => [String(10 - at), `Priority ${10 - at}`] as const)}
          onChange={(priority) =>
            void then(
              attempt(`Priority is ${priority}`, () => api.patch(path, { priority: Number(priority) })),
            )}
        />
      )}
      {(task.status === "failed" || task.status === "cancelled") && (
        <Button
          kind="primary"
          icon="retry"
          onClick={() => then(attempt("Queued again", () => api.post(`${path}/retry`)))}
        >
          Retry
        </Button>
      )}
      {hasEnded
        ? <Button kind="danger" onClick={forget}>Forget…</Button>
        : (
          <Button kind="danger" icon="close" disabled={task.cancel_requested} onClick={cancel}>
            Cancel…
          </Button>
        )}
    </>
  );
}
