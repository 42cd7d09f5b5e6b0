import { assertEquals } from "@std/assert";
import { type ContractTest, newTask } from "./bench.ts";

/** Taking tasks in: what is kept, what is refused. */
export function acceptance(test: ContractTest): void {
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

  test("enqueue() keeps what the rest of the queue goes by, also once it has run", async (at) => {
    const parent = await at.put();
    const task = newTask({
      runAtMs: 1_050_000,
      expiresInMs: 100_000,
      fairnessKey: "tenant-7",
      limitKeys: ["brand:x", "host:y"],
      dependsOn: [parent],
      onDependencyFailure: "run",
      dedup: { key: "k", mode: "debounce", windowMs: 2000 },
      webhook: { url: "https://example.com/hook", events: ["failed"] },
      scheduleId: "nightly",
    });
    await at.enqueue({ tasks: [task] });
    const debounced = { ...task, runAtMs: 1_002_000 };
    const stored = await at.store.get(task.id, { withInput: true });
    assertEquals(stored, {
      ...debounced,
      seq: 2,
      status: "delayed",
      attempts: 0,
      crashes: 0,
      pendingDependencies: 1,
    });
    await at.complete(await at.claimOne());
    at.clock.advance(2000);
    await at.complete(await at.claimOne());
    const { limitKeys, fairnessKey, dependsOn, dedup, webhook, scheduleId, expiresInMs, runAtMs } = await at
      .task(
        task.id,
      );
    assertEquals(
      { limitKeys, fairnessKey, dependsOn, dedup, webhook, scheduleId, expiresInMs, runAtMs },
      {
        limitKeys: task.limitKeys,
        fairnessKey: "tenant-7",
        dependsOn: [parent],
        dedup: task.dedup,
        webhook: task.webhook,
        scheduleId: "nightly",
        expiresInMs: 100_000,
        runAtMs: 1_002_000,
      },
    );
  });

  test("enqueue() shows a delay as the time it means, and past times as they were given", async (at) => {
    const id = await at.put({ delayMs: 2500 });
    const { runAtMs, delayMs, status } = await at.task(id);
    assertEquals([runAtMs, delayMs, status], [1_002_500, undefined, "delayed"]);
    assertEquals((await at.task(await at.put({ delayMs: 0 }))).status, "queued");
    const past = await at.task(await at.put({ runAtMs: 999_000 }));
    assertEquals([past.runAtMs, past.status], [999_000, "queued"]);
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
    at.clock.advanceTo(1_100_000);
    const again = await at.store.enqueue({
      tasks: [newTask()],
      idempotency: { key: "k", fingerprint: "g", answerJson: "4", expiresMs: 1_200_000 },
    });
    assertEquals(again, { kind: "accepted" });
    assertEquals(await enqueue("g", "5"), { kind: "replayed", answerJson: "4" });
  });

  test("enqueue() that is refused leaves no trace, not on the order and not on its neighbours of the tick", async (at) => {
    const taken = await at.put({});
    at.clock.advance(500);
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
    at.clock.advance(60_000);
    await at.store.enqueue({ tasks: [newTask({ id: taken })] });
    at.clock.stepWall(-60_000);
    await at.put({ priority: 0 });
    at.clock.advance(1);
    const claimed = await at.claim(5);
    assertEquals(claimed.map(({ waitMs }) => waitMs), [60_501, 1]);
  });
}
