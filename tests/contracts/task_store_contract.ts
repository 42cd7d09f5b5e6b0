import { assert, assertEquals, assertNotEquals } from "@std/assert";
import type { EnqueueRequest, TaskStore } from "../../src/queue/port.ts";
import { type ClaimedTask, DEFAULT_BACKOFF, type Lease, type NewTask } from "../../src/queue/task.ts";

/** What a test of the contract works with. `books` throws where the counters and the tasks disagree. */
export interface StoreFixture extends AsyncDisposable {
  store: TaskStore;
  books?: () => void;
}

export interface StoreFactoryOptions {
  agingMs: number;
  clock: () => number;
}

const FAILURE = { code: "handler_error", message: "it broke", retryable: true } as const;

let counter = 0;

/** A task with everything that is not to the point filled in. */
export function newTask(given: Partial<NewTask> = {}): NewTask {
  return {
    id: `t-${++counter}`,
    type: "test",
    inputJson: '{"n":1}',
    priority: 5,
    maxAttempts: 3,
    backoff: DEFAULT_BACKOFF,
    timeoutMs: 1000,
    createdMs: 1000,
    ...given,
  };
}

/** The suite every adapter of `TaskStore` passes, each test on a store of its own. */
export function taskStoreContract(
  name: string,
  open: (options: StoreFactoryOptions) => Promise<StoreFixture> | StoreFixture,
): void {
  const test = (
    behaviour: string,
    body: (at: Bench) => Promise<void>,
    options: { agingMs?: number } = {},
  ) =>
    Deno.test(`${name}: ${behaviour}`, async () => {
      const clock = { nowMs: 1_000_000 };
      await using fixture = await open({ agingMs: options.agingMs ?? 60_000, clock: () => clock.nowMs });
      const bench = new Bench(fixture, clock);
      await body(bench);
      bench.balanced();
    });

  test("enqueue() keeps everything it was given", async (at) => {
    const task = newTask({
      type: "scrape",
      priority: 7,
      maxAttempts: 9,
      timeoutMs: 777,
      brand: "halilit",
      tags: ["a", "b"],
      requestId: "req-1",
      backoff: { kind: "list", delayMs: 1, maxMs: 2, jitter: 0.5, delaysMs: [1, 2] },
    });
    assertEquals(await at.store.enqueue({ tasks: [task] }), { kind: "accepted" });
    const stored = await at.store.get(task.id, { withInput: true });
    assertEquals(stored, { ...task, seq: 1, status: "queued", attempts: 0, crashes: 0 });
    assertEquals((await at.store.get(task.id))?.inputJson, "");
    assertEquals(await at.store.get("unknown"), undefined);
  });

  test("claim() leases the task with what its attempt needs", async (at) => {
    const id = await at.put({ type: "scrape", brand: "b", requestId: "r", createdMs: 999_000 });
    at.clock.nowMs += 2500;
    const [claimed] = await at.claim(1);
    assert(claimed !== undefined && claimed.token > 0);
    const { taskId, seq, type, inputJson, attempt, maxAttempts, timeoutMs, crashes, brand, requestId } =
      claimed;
    assertEquals(
      { taskId, seq, type, inputJson, attempt, maxAttempts, timeoutMs, crashes, brand, requestId },
      {
        taskId: id,
        seq: 1,
        type: "scrape",
        inputJson: '{"n":1}',
        attempt: 1,
        maxAttempts: 3,
        timeoutMs: 1000,
        crashes: 0,
        brand: "b",
        requestId: "r",
      },
    );
    assertEquals([claimed.startedMs, claimed.waitMs, claimed.createdMs], [1_002_500, 2500, 999_000]);
    assertEquals(claimed.backoff, DEFAULT_BACKOFF);
    const stored = await at.task(id);
    assertEquals([stored.status, stored.attempts, stored.startedMs], ["running", 1, 1_002_500]);
    assertEquals(await at.claim(5), []);
  });

  test("claim() takes higher priority first and first in, first out within one", async (at) => {
    const ids: string[] = [];
    for (const priority of [1, 9, 5, 9, 1, 5]) ids.push(await at.put({ priority }));
    assertEquals(await at.claimIds(10), [1, 3, 2, 5, 0, 4].map((i) => ids[i]));
  });

  test("claim() keeps first in, first out when the wall clock steps back", async (at) => {
    const first = await at.put({});
    at.clock.nowMs -= 500_000;
    const second = await at.put({});
    at.clock.nowMs -= 100_000;
    const third = await at.put({});
    assertEquals(await at.claimIds(3), [first, second, third]);
  });

  test("claim() lets a waiting task gain a step of priority per aging interval", async (at) => {
    const old = await at.put({ priority: 5 });
    at.clock.nowMs += 60_000;
    const same = await at.put({ priority: 6 }); // one step above, one interval later: level, the older one first
    at.clock.nowMs += 60_001;
    const late = await at.put({ priority: 6 }); // more than an interval later again: behind both
    const urgent = await at.put({ priority: 10 });
    assertEquals(await at.claimIds(4), [urgent, old, same, late]);
  });

  test("claim() goes by priority alone when aging is off", async (at) => {
    const low = await at.put({ priority: 5 });
    at.clock.nowMs += 86_400_000;
    const high = await at.put({ priority: 6 });
    assertEquals(await at.claimIds(2), [high, low]);
  }, { agingMs: 0 });

  test("claim() leaves out the types it is told to, in the order of the rest", async (at) => {
    const a = await at.put({ type: "cpu", priority: 9 });
    const b = await at.put({ type: "io", priority: 1 });
    const c = await at.put({ type: "net", priority: 5 });
    assertEquals(await at.claimIds(5, ["cpu"]), [c, b]);
    assertEquals(await at.claimIds(5), [a]);
  });

  test("claim() gives nothing while paused", async (at) => {
    const id = await at.put({});
    await at.store.setPaused(true);
    assertEquals([at.store.snapshot().paused, await at.claimIds(1)], [true, []]);
    await at.store.setPaused(false);
    assertEquals([at.store.snapshot().paused, await at.claimIds(1)], [false, [id]]);
  });

  test("claim() takes delayed tasks from their time on, and nextDueMs() tells it", async (at) => {
    const later = await at.put({ runAtMs: 1_005_000 });
    const sooner = await at.put({ runAtMs: 1_002_000 });
    const past = await at.put({ runAtMs: 999_000 });
    assertEquals([(await at.task(later)).status, (await at.task(past)).status], ["delayed", "queued"]);
    assertEquals(at.store.nextDueMs(), 1_002_000);
    assertEquals(await at.claimIds(5), [past]);
    at.clock.nowMs = 1_002_000;
    assertEquals(await at.claimIds(5), [sooner]);
    assertEquals(at.store.nextDueMs(), 1_005_000);
    await at.store.cancel(later);
    assertEquals(at.store.nextDueMs(), undefined);
  });

  test("complete() stores the result and the times", async (at) => {
    const id = await at.put({});
    const [claimed] = await at.claim(1);
    at.clock.nowMs += 40;
    assertEquals(await at.complete(claimed!), true);
    const stored = await at.store.get(id, { withResult: true });
    assertEquals(
      [stored?.status, stored?.resultJson, stored?.runMs, stored?.finishedMs],
      ["completed", '{"ok":true}', 12, 1_000_040],
    );
    assertEquals((await at.task(id)).resultJson, undefined);
  });

  test("fail() delays the next attempt or ends for good", async (at) => {
    const id = await at.put({});
    const [first] = await at.claim(1);
    const end = { error: FAILURE, runMs: 3, finishedMs: at.clock.nowMs };
    assertEquals(
      await at.store.fail([{ ...end, lease: leaseOf(first!), next: { retryAtMs: 1_000_500 } }]),
      [true],
    );
    const waiting = await at.task(id);
    assertEquals([waiting.status, waiting.runAtMs, waiting.error], ["delayed", 1_000_500, FAILURE]);
    assertEquals(await at.claim(1), []);
    at.clock.nowMs = 1_000_500;
    const [second] = await at.claim(1);
    assertEquals(second?.attempt, 2);
    assertNotEquals(second?.token, first?.token);
    assertEquals(await at.store.fail([{ ...end, lease: leaseOf(second!), next: "dead" }]), [true]);
    const dead = await at.task(id);
    assertEquals([dead.status, dead.attempts, dead.error], ["failed", 2, FAILURE]);
  });

  test("complete() after a failed attempt clears the error", async (at) => {
    const id = await at.put({});
    const [first] = await at.claim(1);
    await at.fail(first!, { retryAtMs: at.clock.nowMs });
    const [second] = await at.claim(1);
    await at.complete(second!);
    const stored = await at.task(id);
    assertEquals([stored.status, stored.error, stored.attempts], ["completed", undefined, 2]);
  });

  test("release() puts a task back at its old place without counting the attempt", async (at) => {
    const first = await at.put({});
    const second = await at.put({});
    const [claimed] = await at.claim(1);
    at.clock.nowMs += 10_000;
    assertEquals(await at.store.release([{ lease: leaseOf(claimed!) }]), [true]);
    const back = await at.task(first);
    assertEquals([back.status, back.attempts, back.crashes], ["queued", 0, 0]);
    assertEquals(await at.claimIds(2), [first, second]);
  });

  test("release() with a crash counts the crash and not the attempt", async (at) => {
    const id = await at.put({});
    const [claimed] = await at.claim(1);
    await at.store.release([{ lease: leaseOf(claimed!), crashed: true }]);
    const [again] = await at.claim(1);
    assertEquals([again?.taskId, again?.attempt, again?.crashes], [id, 1, 1]);
    const end = { lease: leaseOf(again!), error: FAILURE, runMs: 1, finishedMs: 1, crashed: true };
    await at.store.fail([{ ...end, next: "dead" }]);
    const dead = await at.task(id);
    assertEquals([dead.status, dead.crashes], ["failed", 2]);
  });

  test("release() with a time puts the task off until then: no attempt counted, its batch's place free", async (at) => {
    const batch = { id: "b-deferred", createdMs: 1, maxConcurrent: 1 };
    const [first, second] = [newTask(), newTask()];
    await at.store.enqueue({ tasks: [first, second], batch });
    const [claimed] = await at.claim(5);
    const retryAtMs = at.clock.nowMs + 5000;
    assertEquals(await at.store.release([{ lease: leaseOf(claimed!), retryAtMs }]), [true]);
    const put = await at.task(first.id);
    assertEquals([put.status, put.runAtMs, put.attempts, put.crashes, put.error], [
      "delayed",
      retryAtMs,
      0,
      0,
      undefined,
    ]);
    assertEquals(at.store.nextDueMs(), retryAtMs);
    assertEquals((await at.store.getBatch(batch.id))?.counts.delayed, 1);
    const [other] = await at.claim(5);
    assertEquals(other?.taskId, second.id);
    assertEquals(await at.complete(other!), true);
    at.clock.nowMs = retryAtMs - 1;
    assertEquals(await at.claim(5), []);
    at.clock.nowMs = retryAtMs;
    const [again] = await at.claim(5);
    assertEquals([again?.taskId, again?.attempt, again?.waitMs], [first.id, 1, 0]);
    await at.store.cancel(first.id);
    await at.store.release([{ lease: leaseOf(again!), retryAtMs: retryAtMs + 1 }]);
    const ended = await at.store.getBatch(batch.id);
    assertEquals([ended?.counts.cancelled, ended?.counts.completed], [1, 1]);
    assert(ended?.finishedMs !== undefined);
  });

  test("a lost lease changes nothing, whatever it says", async (at) => {
    const id = await at.put({});
    const [lost] = await at.claim(1);
    await at.store.release([{ lease: leaseOf(lost!) }]);
    const [held] = await at.claim(1);
    const lease = leaseOf(lost!);
    const before = await at.task(id);
    const end = { lease, runMs: 1, finishedMs: 1 };
    assertEquals(await at.store.complete([{ ...end, resultJson: "1" }]), [false]);
    assertEquals(await at.store.fail([{ ...end, error: FAILURE, next: "dead" }]), [false]);
    assertEquals(await at.store.release([{ lease, crashed: true }]), [false]);
    assertEquals(await at.store.endCancelled([{ lease, runMs: 1 }]), [false]);
    await at.store.progress([{ lease, progress: { done: 1, total: 2 } }]);
    assertEquals(
      await at.store.complete([{ ...end, lease: { ...leaseOf(held!), taskId: "x" }, resultJson: "1" }]),
      [
        false,
      ],
    );
    assertEquals(await at.task(id), before);
    assertEquals(await at.complete(held!), true);
    assertEquals(await at.complete(held!), false);
  });

  test("progress() shows on a running task and goes with its attempt", async (at) => {
    const id = await at.put({});
    const [claimed] = await at.claim(1);
    await at.store.progress([{ lease: leaseOf(claimed!), progress: { done: 2, total: 5, message: "m" } }]);
    assertEquals((await at.task(id)).progress, { done: 2, total: 5, message: "m" });
    await at.store.release([{ lease: leaseOf(claimed!) }]);
    assertEquals((await at.task(id)).progress, undefined);
  });

  test("cancel() ends a waiting task at once and leaves an ended one as it is", async (at) => {
    const queued = await at.put({});
    const delayed = await at.put({ runAtMs: 2_000_000 });
    for (const id of [queued, delayed]) {
      assertEquals(await at.store.cancel(id), { kind: "cancelled" });
      assertEquals((await at.task(id)).status, "cancelled");
      assertEquals(await at.store.cancel(id), { kind: "ended", status: "cancelled" });
    }
    assertEquals(await at.store.cancel("unknown"), { kind: "not_found" });
    at.clock.nowMs = 3_000_000;
    assertEquals(await at.claim(5), []);
  });

  test("cancel() marks a running task, and endCancelled() ends it", async (at) => {
    const id = await at.put({});
    const [claimed] = await at.claim(1);
    assertEquals(await at.store.cancel(id), { kind: "running", lease: leaseOf(claimed!) });
    const marked = await at.task(id);
    assertEquals([marked.status, marked.cancelRequested], ["running", true]);
    assertEquals(await at.store.endCancelled([{ lease: leaseOf(claimed!), runMs: 5 }]), [true]);
    assertEquals((await at.task(id)).status, "cancelled");
  });

  test("a running task whose cancel was asked for never goes back into the queue", async (at) => {
    for (const end of ["fail", "release"] as const) {
      const id = await at.put({});
      const [claimed] = await at.claim(1);
      await at.store.cancel(id);
      if (end === "fail") await at.fail(claimed!, { retryAtMs: 0 });
      else await at.store.release([{ lease: leaseOf(claimed!) }]);
      assertEquals((await at.task(id)).status, "cancelled");
    }
  });

  test("retry() starts a failed or cancelled task afresh, at the end of the queue", async (at) => {
    const failed = await at.put({});
    const [claimed] = await at.claim(1);
    await at.fail(claimed!, "dead");
    const cancelled = await at.put({});
    await at.store.cancel(cancelled);
    const waiting = await at.put({});
    assertEquals(await at.store.retry(waiting), "not_ended");
    assertEquals(await at.store.retry("unknown"), "not_found");
    at.clock.nowMs += 5;
    assertEquals(await at.store.retry(failed), "retried");
    assertEquals(await at.store.retry(cancelled), "retried");
    const again = await at.task(failed);
    assertEquals([again.status, again.attempts, again.error, again.finishedMs], [
      "queued",
      0,
      undefined,
      undefined,
    ]);
    assertEquals(await at.claimIds(5), [waiting, failed, cancelled]);
  });

  test("retry() refuses a completed task", async (at) => {
    const id = await at.put({});
    const [claimed] = await at.claim(1);
    await at.complete(claimed!);
    assertEquals(await at.store.retry(id), "not_ended");
  });

  test("enqueue() refuses an id in use, and then accepts nothing of the request", async (at) => {
    const taken = await at.put({});
    const conflict = { kind: "conflict", reason: "task_id", value: taken } as const;
    assertEquals(await at.store.enqueue({ tasks: [newTask({ id: taken })] }), conflict);
    const fresh = newTask();
    assertEquals(await at.store.enqueue({ tasks: [fresh, newTask({ id: taken })] }), conflict);
    assertEquals(await at.store.get(fresh.id), undefined);
    const twice = newTask();
    assertEquals(await at.store.enqueue({ tasks: [twice, twice] }), { ...conflict, value: twice.id });
    assertEquals(at.store.snapshot().accepted, 1);
  });

  test("enqueue() of one tick: a conflict leaves its neighbours alone", async (at) => {
    const task = newTask();
    const outcomes = await Promise.all([
      at.store.enqueue({ tasks: [task] }),
      at.store.enqueue({ tasks: [task] }),
      at.store.enqueue({ tasks: [newTask()] }),
    ]);
    assertEquals(outcomes.map(({ kind }) => kind), ["accepted", "conflict", "accepted"]);
    assertEquals(at.store.snapshot().accepted, 2);
  });

  test("enqueue() refuses what does not fit under maxLength, as a whole", async (at) => {
    const enqueue = (count: number) =>
      at.store.enqueue({ tasks: Array.from({ length: count }, () => newTask()), maxLength: 3 });
    assertEquals(await enqueue(2), { kind: "accepted" });
    assertEquals(await enqueue(2), { kind: "full", waiting: 2 });
    assertEquals(await enqueue(1), { kind: "accepted" });
    await at.claim(1);
    assertEquals(await enqueue(1), { kind: "accepted" }); // a running task does not wait
  });

  test("enqueue() replays the answer of an idempotency key until it expires", async (at) => {
    const enqueue = (fingerprint: string, answerJson: string): Promise<unknown> =>
      at.store.enqueue({
        tasks: [newTask()],
        idempotency: { key: "k", fingerprint, answerJson, expiresMs: 1_100_000 },
      });
    assertEquals(await enqueue("f", "1"), { kind: "accepted" });
    assertEquals(await enqueue("f", "2"), { kind: "replayed", answerJson: "1" });
    assertEquals(await enqueue("g", "3"), { kind: "conflict", reason: "idempotency_key", value: "k" });
    assertEquals(at.store.snapshot().accepted, 1);
    at.clock.nowMs = 1_100_000;
    const again = await at.store.enqueue({
      tasks: [newTask()],
      idempotency: { key: "k", fingerprint: "g", answerJson: "4", expiresMs: 1_200_000 },
    });
    assertEquals(again, { kind: "accepted" });
    assertEquals(await enqueue("g", "5"), { kind: "replayed", answerJson: "4" });
  });

  test("a batch never has more than maxConcurrent tasks ready or running", async (at) => {
    const ids = await at.putBatch("b1", 7, 3);
    const outside = await at.put({ priority: 0 });
    const claimed = await at.claim(10);
    assertEquals(claimed.map(({ taskId }) => taskId), [...ids.slice(0, 3), outside]);
    assertEquals(claimed[0]?.batchId, "b1");
    assertEquals(at.store.snapshot().counts.queued, 4);
    await at.complete(claimed[0]!);
    assertEquals(await at.claimIds(10), [ids[3]]);
    await at.store.cancel(ids[4]!);
    assertEquals(await at.claimIds(10), []);
    await at.fail(claimed[1]!, { retryAtMs: 5_000_000 }); // waiting for its next attempt: its place is free
    await at.fail(claimed[2]!, "dead");
    assertEquals(await at.claimIds(10), [ids[5], ids[6]]);
    const batch = await at.store.getBatch("b1");
    assertEquals(batch?.counts, { queued: 0, delayed: 1, running: 3, completed: 1, failed: 1, cancelled: 1 });
    assertEquals([batch?.total, batch?.maxConcurrent, batch?.finishedMs], [7, 3, undefined]);
  });

  test("a batch's task that is released goes before those held behind it", async (at) => {
    const ids = await at.putBatch("b1", 4, 1);
    const [first] = await at.claim(5);
    await at.store.release([{ lease: leaseOf(first!) }]);
    assertEquals(await at.claimIds(5), [ids[0]]);
  });

  test("a batch's task whose retry falls due waits for a place", async (at) => {
    const ids = await at.putBatch("b1", 3, 1);
    const [first] = await at.claim(5);
    await at.fail(first!, { retryAtMs: at.clock.nowMs + 100 });
    const [second] = await at.claim(5);
    at.clock.nowMs += 200;
    assertEquals(await at.claim(5), []);
    assertEquals((await at.task(ids[0]!)).status, "queued");
    await at.complete(second!);
    assertEquals((await at.claim(5)).length, 1);
  });

  test("of a batch's tasks that fall due together the best goes first, whenever each was due", async (at) => {
    const given = [{ priority: 0, runAtMs: 1_000_001 }, { priority: 10, runAtMs: 1_000_002 }];
    const tasks = given.map((one) => newTask({ ...one, batchId: "b1" }));
    await at.enqueue({ tasks, batch: { id: "b1", createdMs: 1, maxConcurrent: 1 } });
    at.clock.nowMs = 1_000_002;
    assertEquals(await at.claimIds(5), [tasks[1]!.id]);
  });

  test("enqueue() that is refused leaves no trace, not on the order and not on its neighbours of the tick", async (at) => {
    const taken = await at.put({});
    at.clock.nowMs += 500;
    const early = newTask();
    const outcomes = await Promise.all([
      at.store.enqueue({ tasks: [early] }),
      at.store.enqueue({ tasks: [newTask({ id: taken })] }),
      at.store.enqueue({
        tasks: [newTask({ batchId: "b1", type: "new-type" }), newTask({ id: taken, batchId: "b1" })],
        batch: { id: "b1", createdMs: 1, maxConcurrent: 1 },
      }),
      at.store.cancel(early.id),
    ]);
    assertEquals(outcomes.map(({ kind }) => kind), ["accepted", "conflict", "conflict", "cancelled"]);
    at.balanced();
    assertEquals(await at.store.getBatch("b1"), undefined);
    at.clock.nowMs += 60_000;
    await at.store.enqueue({ tasks: [newTask({ id: taken })] });
    at.clock.nowMs -= 60_000;
    await at.put({ priority: 0 });
    at.clock.nowMs += 1;
    const claimed = await at.claim(5);
    assertEquals(claimed.map(({ waitMs }) => waitMs), [501, 1]);
  });

  test("getBatch() says when the last task has ended, and retry() opens the batch again", async (at) => {
    const ids = await at.putBatch("b1", 2, 2);
    const claimed = await at.claim(5);
    await at.complete(claimed[0]!);
    assertEquals((await at.store.getBatch("b1"))?.finishedMs, undefined);
    await at.fail(claimed[1]!, "dead");
    assert((await at.store.getBatch("b1"))?.finishedMs !== undefined);
    await at.store.retry(ids[1]!);
    assertEquals((await at.store.getBatch("b1"))?.finishedMs, undefined);
    assertEquals(await at.claimIds(5), [ids[1]]);
    assertEquals(await at.store.getBatch("unknown"), undefined);
  });

  test("cancelBatch() ends what waits and names what runs", async (at) => {
    const ids = await at.putBatch("b1", 6, 2);
    const [first, second] = await at.claim(5);
    await at.complete(first!);
    const outcome = await at.store.cancelBatch("b1");
    assertEquals(outcome?.cancelled, 4);
    assertEquals(outcome?.running, [leaseOf(second!)]);
    assertEquals(outcome?.ended.map(({ taskId }) => taskId).sort(), ids.slice(2).sort());
    assertEquals(await at.claim(5), []);
    await at.store.endCancelled([{ lease: leaseOf(second!), runMs: 1 }]);
    const batch = await at.store.getBatch("b1");
    assertEquals([batch?.counts.cancelled, batch?.counts.completed], [5, 1]);
    assert(batch?.finishedMs !== undefined);
    assertEquals(await at.store.cancelBatch("unknown"), undefined);
  });

  test("batchResults() pages through a batch in the order given, with results", async (at) => {
    const ids = await at.putBatch("b1", 5, 5);
    await at.put({});
    for (const claimed of await at.claim(2)) await at.complete(claimed);
    const first = await at.store.batchResults("b1", { limit: 3 });
    assertEquals(first.map(({ id, resultJson }) => [id, resultJson]), [
      [ids[0], '{"ok":true}'],
      [ids[1], '{"ok":true}'],
      [ids[2], undefined],
    ]);
    const rest = await at.store.batchResults("b1", { after: first.at(-1)!.seq, limit: 3 });
    assertEquals(rest.map(({ id }) => id), ids.slice(3));
  });

  test("list() gives the newest first, by every filter and their combinations, page by page", async (at) => {
    const tasks: NewTask[] = [];
    for (let i = 0; i < 12; i++) {
      tasks.push(newTask({
        type: i % 2 === 0 ? "even" : "odd",
        brand: i % 3 === 0 ? "three" : undefined,
        tags: i % 4 === 0 ? ["four", "x"] : undefined,
        runAtMs: i === 11 ? 9_000_000 : undefined,
      }));
    }
    await at.store.enqueue({ tasks });
    const batchIds = await at.putBatch("b1", 3, 1);
    const [one, two, three] = await at.claim(3);
    await at.complete(one!);
    await at.fail(two!, "dead");
    assertEquals(three?.taskId, tasks[2]?.id);
    await at.store.cancel(tasks[3]!.id);
    const all = [...tasks.map(({ id }) => id), ...batchIds].reverse();
    const ids = async (query: Parameters<TaskStore["list"]>[0]) =>
      (await at.store.list(query)).map(({ id }) => id);
    const pick = (...indices: number[]) => indices.map((i) => tasks[i]!.id);

    assertEquals(await ids({ limit: 100 }), all);
    const page = await at.store.list({ limit: 4 });
    assertEquals(page.map(({ id }) => id), all.slice(0, 4));
    assertEquals(await ids({ limit: 4, before: page.at(-1)!.seq }), all.slice(4, 8));
    assertEquals(await ids({ limit: 100, type: "odd" }), pick(11, 9, 7, 5, 3, 1));
    assertEquals(await ids({ limit: 100, brand: "three" }), pick(9, 6, 3, 0));
    assertEquals(await ids({ limit: 100, tag: "four" }), pick(8, 4, 0));
    assertEquals(await ids({ limit: 2, tag: "four", before: page.at(-1)!.seq - 3 }), pick(4, 0));
    assertEquals(await ids({ limit: 100, batchId: "b1" }), [...batchIds].reverse());
    assertEquals(await ids({ limit: 100, status: "completed" }), pick(0));
    assertEquals(await ids({ limit: 100, status: "failed" }), pick(1));
    assertEquals(await ids({ limit: 100, status: "running" }), pick(2));
    assertEquals(await ids({ limit: 100, status: "cancelled" }), pick(3));
    assertEquals(await ids({ limit: 100, status: "delayed" }), pick(11));
    assertEquals(await ids({ limit: 100, status: "queued" }), [
      ...[...batchIds].reverse(),
      ...pick(10, 9, 8, 7, 6, 5, 4),
    ]);
    assertEquals(
      await ids({ limit: 2, status: "queued", type: "even", before: page.at(-1)!.seq }),
      pick(10, 8),
    );
    assertEquals(await ids({ limit: 9, brand: "three", status: "queued" }), pick(9, 6));
    assertEquals(
      await ids({ limit: 9, tag: "x", status: "completed", brand: "three", type: "even" }),
      pick(0),
    );
    assertEquals(await ids({ limit: 9, batchId: "b1", status: "failed" }), []);
    assertEquals(await ids({ limit: 9, type: "unknown" }), []);
    assertEquals(await ids({ limit: 9, batchId: "unknown" }), []);
  });

  test("oldestQueuedMs() is the creation time of the longest waiting queued task", async (at) => {
    assertEquals(await at.store.oldestQueuedMs(), undefined);
    await at.put({ createdMs: 10, priority: 9 });
    await at.put({ createdMs: 20 });
    await at.put({ createdMs: 5, runAtMs: 9_000_000 });
    assertEquals(await at.store.oldestQueuedMs(), 10);
    const [first] = await at.claim(1);
    assertEquals(await at.store.oldestQueuedMs(), 20);
    await at.store.release([{ lease: leaseOf(first!) }]);
    assertEquals(await at.store.oldestQueuedMs(), 10);
  });

  test("snapshot() counts by status and type, and accepted is always their sum", async (at) => {
    for (let i = 0; i < 4; i++) await at.put({ type: "a" });
    await at.put({ type: "b", runAtMs: 9_000_000 });
    const [one, two, three] = await at.claim(3);
    await at.complete(one!);
    await at.fail(two!, "dead");
    await at.store.endCancelled([{ lease: leaseOf(three!), runMs: 0 }]);
    const { accepted, counts, byType } = at.store.snapshot();
    assertEquals(accepted, 5);
    assertEquals(counts, { queued: 1, delayed: 1, running: 0, completed: 1, failed: 1, cancelled: 1 });
    assertEquals(byType.a, { queued: 1, delayed: 0, running: 0, completed: 1, failed: 1, cancelled: 1 });
    assertEquals(byType.b, { queued: 0, delayed: 1, running: 0, completed: 0, failed: 0, cancelled: 0 });
  });

  test("calls of one tick take effect in their order", async (at) => {
    const task = newTask();
    const [, claimed, cancelled] = await Promise.all([
      at.store.enqueue({ tasks: [task] }),
      at.store.claim({ max: 1, nowMs: at.clock.nowMs }),
      at.store.cancel(task.id),
    ]);
    assertEquals(claimed[0]?.taskId, task.id);
    assertEquals(cancelled.kind, "running");
  });

  test("a random walk keeps the books and the batch limits", async (at) => {
    let seed = 12345;
    const random = (below: number) => {
      seed = (seed * 1103515245 + 12345) % 2147483648;
      return Math.floor(seed / 2147483648 * below);
    };
    const leases: ClaimedTask[] = [];
    const ids: string[] = [];
    for (let step = 0; step < 300; step++) {
      at.clock.nowMs += random(300) - 50;
      const pick = leases.length > 0 ? leases.splice(random(leases.length), 1)[0]! : undefined;
      switch (random(9)) {
        case 0:
          ids.push(...await at.putBatch(`walk-${step}`, 1 + random(6), 1 + random(3)));
          break;
        case 1:
          ids.push(await at.put({ priority: random(11), type: `t${random(3)}` }));
          break;
        case 2:
          ids.push(await at.put({ runAtMs: at.clock.nowMs + random(400) }));
          break;
        case 3:
          if (pick !== undefined) await at.complete(pick);
          break;
        case 4:
          if (pick !== undefined) {
            await at.fail(pick, random(2) === 0 ? "dead" : { retryAtMs: at.clock.nowMs + 100 });
          }
          break;
        case 5:
          if (pick !== undefined) {
            await at.store.release([{ lease: leaseOf(pick), crashed: random(2) === 0 }]);
          }
          break;
        case 6:
          if (ids.length > 0) await at.store.cancel(ids[random(ids.length)]!);
          break;
        case 7:
          if (ids.length > 0) await at.store.retry(ids[random(ids.length)]!);
          break;
        case 8:
          leases.push(...await at.claim(1 + random(4), random(2) === 0 ? ["t1"] : undefined));
      }
      at.balanced();
    }
  });
}

function leaseOf({ taskId, token }: Lease): Lease {
  return { taskId, token };
}

/** A store under test with shorthands. Every call checks the books. */
class Bench {
  readonly store: TaskStore;
  constructor(readonly fixture: StoreFixture, readonly clock: { nowMs: number }) {
    this.store = fixture.store;
  }

  balanced(): void {
    const { accepted, counts } = this.store.snapshot();
    assertEquals(accepted, Object.values(counts).reduce((sum, n) => sum + n, 0));
    this.fixture.books?.();
  }

  async put(given: Partial<NewTask>): Promise<string> {
    const task = newTask({ createdMs: this.clock.nowMs, ...given });
    await this.enqueue({ tasks: [task] });
    return task.id;
  }

  async putBatch(id: string, count: number, maxConcurrent: number): Promise<string[]> {
    const createdMs = this.clock.nowMs;
    const tasks = Array.from({ length: count }, () => newTask({ createdMs, batchId: id }));
    await this.enqueue({ tasks, batch: { id, createdMs, maxConcurrent } });
    return tasks.map((task) => task.id);
  }

  async enqueue(request: EnqueueRequest): Promise<void> {
    assertEquals(await this.store.enqueue(request), { kind: "accepted" });
    this.balanced();
  }

  async claim(max: number, exceptTypes?: string[]): Promise<ClaimedTask[]> {
    const claimed = await this.store.claim({ max, nowMs: this.clock.nowMs, exceptTypes });
    this.balanced();
    return claimed;
  }

  async claimIds(max: number, exceptTypes?: string[]): Promise<string[]> {
    return (await this.claim(max, exceptTypes)).map(({ taskId }) => taskId);
  }

  async complete(claimed: ClaimedTask): Promise<boolean> {
    const end = {
      lease: leaseOf(claimed),
      resultJson: '{"ok":true}',
      runMs: 12.4,
      finishedMs: this.clock.nowMs,
    };
    const [held] = await this.store.complete([end]);
    this.balanced();
    return held!;
  }

  async fail(claimed: ClaimedTask, next: { retryAtMs: number } | "dead"): Promise<void> {
    const end = { lease: leaseOf(claimed), error: FAILURE, runMs: 1.5, finishedMs: this.clock.nowMs };
    await this.store.fail([{ ...end, next }]);
    this.balanced();
  }

  async task(id: string) {
    const task = await this.store.get(id);
    assert(task !== undefined, `no task ${id}`);
    return task;
  }
}
