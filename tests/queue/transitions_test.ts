import { assertEquals } from "@std/assert";
import { DEFAULT_BACKOFF } from "../../src/queue/task.ts";
import { transitionOf } from "../../src/queue/transitions.ts";
import type { Outcome } from "../../src/workers/port.ts";

const task = {
  taskId: "t",
  token: 7,
  seq: 1,
  type: "x",
  inputJson: "1",
  attempt: 1,
  maxAttempts: 2,
  backoff: DEFAULT_BACKOFF,
  timeoutMs: 1,
  crashes: 0,
  createdMs: 1,
  startedMs: 1,
  waitMs: 0,
};
const error = { code: "timeout", message: "", retryable: true } as const;
const completed: Outcome = { kind: "completed", resultJson: "1", runMs: 1 };
const failed: Outcome = { kind: "failed", error, runMs: 1 };
const crashed: Outcome = { kind: "crashed", message: "m", runMs: 1 };
const interrupted: Outcome = { kind: "interrupted", reason: "r", runMs: 1 };

const cases: [string, Outcome, Partial<typeof task> & { cancelling?: boolean }, string, string][] = [
  ["completed", completed, {}, "complete", "completed"],
  ["completed while a cancel is under way", completed, { cancelling: true }, "complete", "completed"],
  ["failed with attempts left", failed, {}, "fail", "delayed"],
  ["failed at the last attempt", failed, { attempt: 2 }, "fail", "failed"],
  ["failed while a cancel is under way", failed, { cancelling: true }, "endCancelled", "cancelled"],
  ["aborted by cancel", { kind: "aborted", reason: "cancelled", runMs: 1 }, {}, "endCancelled", "cancelled"],
  ["aborted by shutdown", { kind: "aborted", reason: "shutdown", runMs: 1 }, {}, "release", "queued"],
  ["interrupted", interrupted, {}, "release", "queued"],
  ["deferred", { kind: "deferred", retryAtMs: 9, reason: "r", runMs: 1 }, {}, "release", "delayed"],
  ["crashed once", crashed, {}, "release", "queued"],
  ["crashed twice", crashed, { crashes: 1 }, "fail", "failed"],
];

for (const [name, outcome, { cancelling, ...given }, call, status] of cases) {
  Deno.test(`transitionOf() for ${name} is ${call}`, () => {
    const transition = transitionOf({ ...task, ...given }, outcome, { nowMs: 5, cancelling });
    assertEquals([transition.call, transition.status], [call, status]);
    assertEquals(transition.end.lease, { taskId: "t", token: 7 });
  });
}

Deno.test("transitionOf() keeps a deferral between a tenth of a second and an hour", () => {
  const at = (retryAtMs: number) => {
    const outcome: Outcome = { kind: "deferred", retryAtMs, reason: "r", runMs: 1 };
    return (transitionOf(task, outcome, { nowMs: 1000 }).end as { waitMs?: number }).waitMs;
  };
  assertEquals([-5, 1050, 9000, 1e15].map(at), [100, 100, 8000, 3_600_000]);
});

Deno.test("transitionOf() gives the wait before the next attempt, not a time", () => {
  const backoff = { ...DEFAULT_BACKOFF, kind: "fixed", delayMs: 70, jitter: 0 } as const;
  const { end } = transitionOf({ ...task, backoff }, failed, { nowMs: 1000 });
  assertEquals(end, {
    lease: { taskId: "t", token: 7 },
    error,
    runMs: 1,
    finishedMs: 1000,
    next: { waitMs: 70 },
  });
});
