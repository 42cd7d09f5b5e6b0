import type { TaskFailure } from "../../../platform/errors.ts";
import type { CoreState } from "./core_state.ts";
import type { Endings } from "./endings.ts";
import { State, statusOf, SUSPECT_AFTER } from "./states.ts";

/**
 * Times a process may end with a task in hand before the task is taken for the cause. Only deaths with nothing else in
 * hand count beyond `SUSPECT_AFTER`: neighbours of the culprit, and whatever runs while an operator kills at random,
 * are never blamed.
 */
export const MAX_STALLS = 20;

const STALLED: TaskFailure = {
  code: "worker_crashed",
  message: `The process ended ${
    MAX_STALLS + 1
  } times while this task ran, the last times with nothing else in hand`,
  retryable: false,
};

/**
 * What must be put right when a file is opened: the leases of other boots. Every one is an orphan: the file is opened by
 * one process at a time and this one has claimed nothing yet. Returns how many went back into the queue.
 */
export function recover(state: CoreState, endings: Endings): number {
  const { db, books, leases, scheduler } = state;
  books.boot++;
  books.touch();

  const requeue = db.prepare("UPDATE tasks SET stalls = ?, progress = NULL, expires_q = NULL WHERE seq = ?");
  const fail = db.prepare(
    "UPDATE tasks SET state = 5, stalls = stalls + 1, error = ?, finished_ms = ?, expires_q = NULL, attempts = ? " +
      "WHERE seq = ?",
  );
  const cancel = db.prepare(
    "UPDATE tasks SET state = 6, finished_ms = ?, expires_q = NULL, attempts = ? WHERE seq = ?",
  );
  const stallsOf = db.prepare("SELECT stalls FROM tasks WHERE seq = ?");

  let recovered = 0;
  const alone = leases.size === 1;
  for (const lease of [...leases.values()].sort((a, b) => a.seq - b.seq)) {
    const { seq, taskId, type, batch, webhook, followUp, attempt, laneNo, rank, cancelRequested, gates } =
      lease;
    const stalls = Number(stallsOf.get(seq)!.stalls);
    leases.delete(lease);
    scheduler.leave(gates);
    let to: State = State.ready;
    let error: TaskFailure | undefined;
    if (cancelRequested) {
      to = State.cancelled;
      cancel.run(state.wallMs, attempt, seq);
    } else if (alone && stalls >= MAX_STALLS) {
      to = State.failed;
      error = STALLED;
      fail.run(JSON.stringify(STALLED), state.wallMs, attempt, seq);
    }
    if (to === State.ready) {
      requeue.run(alone ? stalls + 1 : Math.max(stalls, Math.min(stalls + 1, SUSPECT_AFTER)), seq);
      books.begins(type, batch, false);
      state.becameReady(seq, laneNo, rank);
      recovered++;
    } else {
      books.move(type, batch, State.running, to);
      endings.ended({ seq, taskId, type, batch, status: statusOf(to), webhook, followUp, error });
    }
  }
  state.changes = []; // nobody listens yet
  return recovered;
}
