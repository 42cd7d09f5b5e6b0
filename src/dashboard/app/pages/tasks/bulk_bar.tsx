import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { api } from "../../api/client.ts";
import { attempt, Button, confirmed, count, Select, toast, toastProblem } from "../../ui/mod.ts";
import { describe, isEmpty, type TaskFilter } from "./filter.ts";

type Action = "cancel" | "retry" | "purge" | "set_priority";

const ACTIONS: Record<Action, { name: string; done: string; text: string; danger: boolean }> = {
  retry: { name: "Retry", done: "queued again", text: "Their attempts are counted from 0.", danger: false },
  cancel: { name: "Cancel", done: "cancelled", text: "What runs is told to stop.", danger: true },
  set_priority: { name: "Set priority", done: "changed", text: "What waits keeps its age.", danger: false },
  purge: {
    name: "Forget",
    done: "forgotten",
    text: "They and their results are gone for good.",
    danger: true,
  },
};

interface BulkAnswer {
  matched: number;
  changed: number;
}

/** One action on everything the filter names: counted first, done when that is agreed to. */
export function BulkBar({ filter, onDone }: { filter: TaskFilter; onDone: () => void }): JSX.Element | null {
  const [priority, setPriority] = useState("9");
  if (isEmpty(filter)) return null;

  const act = async (action: Action) => {
    const { name, done, text, danger } = ACTIONS[action];
    const body = {
      action,
      filter,
      ...(action === "set_priority" ? { priority: Number(priority) } : {}),
    };
    let preview: BulkAnswer;
    try {
      preview = await api.post<BulkAnswer>("/api/tasks/bulk", { ...body, dry_run: true });
    } catch (thrown) {
      return toastProblem(thrown);
    }
    if (preview.changed === 0) return toast(`None of ${count(preview.matched)} tasks can be ${done}`);
    const yes = await confirmed(
      `${name} ${tasks(preview.changed)}?`,
      <>
        <p>
          The filter (<span dir="auto">{describe(filter)}</span>) names {tasks(preview.matched)};{" "}
          {preview.changed === preview.matched ? "all" : count(preview.changed)} of them would be {done}.
        </p>
        <p class="muted">{text}</p>
      </>,
      `${name} ${count(preview.changed)}`,
      { danger },
    );
    if (!yes) return;
    await attempt(
      (answer) => `${tasks((answer as BulkAnswer).changed)} ${done}`,
      () => api.post("/api/tasks/bulk", body),
    );
    onDone();
  };

  return (
    <div class="bulk" role="group" aria-label="All tasks of this filter">
      <span class="muted small">All of this filter:</span>
      <Button icon="retry" onClick={() => act("retry")}>Retry…</Button>
      <Button icon="close" onClick={() => act("cancel")}>Cancel…</Button>
      <span class="joined">
        <Select
          label="Priority to set"
          value={priority}
          options={Array.from({ length: 11 }, (_, at) => [String(10 - at), `Priority ${10 - at}`] as const)}
          onChange={setPriority}
        />
        <Button onClick={() => act("set_priority")}>Set…</Button>
      </span>
      <Button kind="danger" onClick={() => act("purge")}>Forget…</Button>
    </div>
  );
}

function tasks(n: number): string {
  return `${count(n)} ${n === 1 ? "task" : "tasks"}`;
}
