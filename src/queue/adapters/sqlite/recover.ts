import type { TaskFailure } from "../../../platform/errors.ts";
import type { CoreState } from "./core_state.ts";
import { State, SUSPECT_AFTER } from "./states.ts";

/**
 * Times a process may end with a task in hand before the task is taken for the cause. Only deaths with nothing else in
 * hand count beyond `SUSPECT_AFTER`: neighbours of the culprit, and whatever runs while an operator kills at random,
 * are never blamed.
 */
export const MAX_STALLS = 10;

const STALLED: TaskFailure = {
  code: "worker_crashed",
  message: `The process ended ${
    MAX_STALLS + 1
  } times while this task ran, the last times with nothing else in hand`,
  retryable: false,
};

/**
 * What must be put right when a file is opened: the leases of other boots, and the order where aging was set anew.
 * Every running row is an orphan: the file is opened by one process at a time and this one has claimed nothing yet.
 * Returns how many went back into the queue.
 */
export function recover(state: CoreState): number {
  const { db, books } = state;
  if (books.agingMs !== state.agingMs) rekey(state);
  books.boot++;
  books.touch();

  const requeue = db.prepare(
    "UPDATE tasks SET state = ?, token = NULL, attempts = attempts - 1, stalls = ?, progress = NULL WHERE seq = ?",
  );
  const fail = db.prepare(
    "UPDATE tasks SET state = 5, token = NULL, stalls = stalls + 1, error = ?, finished_ms = ? WHERE seq = ?",
  );
  const cancel = db.prepare("UPDATE tasks SET state = 6, token = NULL, finished_ms = ? WHERE seq = ?");
  const stallsOf = db.prepare("SELECT stalls FROM tasks WHERE seq = ?");

  let recovered = 0;
  const alone = state.leases.size === 1;
  for (const { seq, type, batch, cancelRequested } of [...state.leases.values()]) {
    const stalls = Number(stallsOf.get(seq)!.stalls);
    let to: State;
    if (cancelRequested) {
      to = State.cancelled;
      cancel.run(state.now(), seq);
    } else if (alone && stalls >= MAX_STALLS) {
      to = State.failed;
      fail.run(JSON.stringify(STALLED), state.now(), seq);
    } else {
      to = state.entryState(batch);
      requeue.run(to, alone ? stalls + 1 : Math.max(stalls, Math.min(stalls + 1, SUSPECT_AFTER)), seq);
      recovered++;
    }
    books.move(type, batch, State.running, to);
  }
  for (const batch of new Set([...state.leases.values()].map((lease) => lease.batch))) state.refill(batch);
  state.leases.clear();
  return recovered;
}

/** The order of waiting tasks under another aging. Delayed ones get their key when they become ready. */
function rekey({ db, books, agingMs }: CoreState): void {
  db.prepare(
    "UPDATE tasks SET sort_key = CASE WHEN ?1 = 0 THEN -priority ELSE ready_ms - priority * ?1 END WHERE state IN (0, 1)",
  ).run(agingMs);
  books.agingMs = agingMs;
}
