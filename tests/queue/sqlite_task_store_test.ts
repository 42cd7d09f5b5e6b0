import { assert, assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { ServiceError } from "../../src/platform/errors.ts";
import { SqliteTaskStore, type SqliteTaskStoreOptions } from "../../src/queue/adapters/sqlite_task_store.ts";
import { newTask } from "../contracts/task_store_contract.ts";
import { TestClock } from "../contracts/task_store/test_clock.ts";

const WRITER = new URL("./fixtures/killed_writer.ts", import.meta.url);

/** A folder with a queue file in it, removed at the end. */
class Folder implements AsyncDisposable {
  readonly path = Deno.makeTempDirSync({ prefix: "tutti-queue-" });
  readonly file = `${this.path}/queue.db`;
  open(options: Partial<SqliteTaskStoreOptions> = {}): SqliteTaskStore {
    return new SqliteTaskStore({ path: this.file, ...options });
  }
  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}

Deno.test("SqliteTaskStore commits all calls of a tick once", async () => {
  await using folder = new Folder();
  await using store = folder.open();
  const before = store.commits;
  await Promise.all(Array.from({ length: 500 }, () => store.enqueue({ tasks: [newTask()] })));
  assertEquals([store.commits - before, store.snapshot().accepted], [1, 500]);
});

Deno.test("SqliteTaskStore puts the leases of an earlier boot back at their old place", async () => {
  await using folder = new Folder();
  const tasks = [newTask(), newTask(), newTask({ priority: 0 })];
  let lost;
  {
    await using store = folder.open();
    await store.enqueue({ tasks });
    await store.setPaused(true);
    await store.setPaused(false);
    [lost] = await store.claim({ max: 2 });
  }
  await using store = folder.open();
  const { recovered, counts, accepted } = store.snapshot();
  assertEquals([recovered, counts.queued, counts.running, accepted], [2, 3, 0, 3]);
  assertEquals((await store.get(tasks[0]!.id))?.attempts, 0);
  const end = { lease: lost!, resultJson: "1", runMs: 1, finishedMs: 1 };
  assertEquals(await store.complete([end]), [false]);
  const again = await store.claim({ max: 3 });
  assertEquals(again.map(({ taskId }) => taskId), tasks.map(({ id }) => id));
  assert(again.every(({ token }) => token > lost!.token + 1), "tokens are unique in the life of the file");
  assertEquals(await store.complete([end]), [false]);
  assertEquals(store.verifyBooks(), []);
});

Deno.test("SqliteTaskStore fails a task that was running alone in twenty-one processes that ended", async () => {
  await using folder = new Folder();
  const task = newTask();
  for (let boot = 0; boot < 21; boot++) {
    await using store = folder.open();
    if (boot === 0) await store.enqueue({ tasks: [task] });
    const claimed = await store.claim({ max: 1 });
    assertEquals([claimed.length, claimed[0]?.attempt], [1, 1]);
  }
  await using store = folder.open();
  const dead = await store.get(task.id);
  assertEquals([dead?.status, dead?.error?.code, store.snapshot().recovered], [
    "failed",
    "worker_crashed",
    0,
  ]);
  assertEquals(store.verifyBooks(), []);
});

Deno.test("SqliteTaskStore blames no neighbour: after five deaths a task runs alone, and innocents end well", async () => {
  await using folder = new Folder();
  const [poison, ...others] = [newTask(), newTask(), newTask(), newTask()];
  let deaths = 0;
  const inHand: number[] = [];
  for (let dead = false; !dead && deaths < 60; deaths++) {
    await using store = folder.open();
    if (deaths === 0) await store.enqueue({ tasks: [poison!, ...others] });
    // Everything the store gives is run; the poison, once in hand, ends the process before anyone has finished.
    while (true) {
      const claimed = await store.claim({ max: 10 });
      if (claimed.some(({ taskId }) => taskId === poison!.id)) {
        inHand.push(claimed.length);
        break;
      }
      if (claimed.length === 0) break;
      await store.complete(claimed.map((lease) => ({ lease, resultJson: "1", runMs: 1, finishedMs: 1 })));
    }
    dead = (await store.get(poison!.id))?.status === "failed";
    assertEquals(store.verifyBooks(), []);
  }
  await using store = folder.open();
  assertEquals((await store.get(poison!.id))?.error?.code, "worker_crashed");
  for (const { id } of others) assertEquals((await store.get(id))?.status, "completed");
  assertEquals(inHand.slice(0, 5), [4, 4, 4, 4, 4], "at first all run together");
  assert(inHand.slice(5).every((count) => count === 1), "then the suspects one by one");
});

Deno.test("SqliteTaskStore fails nobody who was never alone in hand, however often the process ends", async () => {
  await using folder = new Folder();
  const tasks = [newTask(), newTask()];
  for (let boot = 0; boot < 5; boot++) {
    await using store = folder.open();
    if (boot === 0) await store.enqueue({ tasks });
    assertEquals((await store.claim({ max: 2 })).length, 2);
  }
  await using store = folder.open();
  const [first, ...none] = await store.claim({ max: 2 });
  assertEquals([first?.taskId, none], [tasks[0]!.id, []]);
  assertEquals(await store.claim({ max: 2 }), [], "nothing beside a suspect");
  await store.complete([{ lease: first!, resultJson: "1", runMs: 1, finishedMs: 1 }]);
  assertEquals((await store.claim({ max: 2 })).map(({ taskId }) => taskId), [tasks[1]!.id]);
});

Deno.test("SqliteTaskStore ends an orphan whose cancel was asked for, and refills its batch", async () => {
  await using folder = new Folder();
  const tasks = [newTask({ batchId: "b" }), newTask({ batchId: "b" }), newTask({ batchId: "b" })];
  {
    await using store = folder.open();
    await store.enqueue({ tasks, batch: { id: "b", createdMs: 1, maxConcurrent: 1 } });
    await store.claim({ max: 5 });
    await store.cancel(tasks[0]!.id);
  }
  await using store = folder.open();
  assertEquals((await store.get(tasks[0]!.id))?.status, "cancelled");
  assertEquals((await store.claim({ max: 5 })).map(({ taskId }) => taskId), [tasks[1]!.id]);
  assertEquals(store.verifyBooks(), []);
});

Deno.test("SqliteTaskStore keeps pause, keys and results across a restart", async () => {
  await using folder = new Folder();
  const idempotency = { key: "k", fingerprint: "f", answerJson: "42", expiresMs: Date.now() + 60_000 };
  const task = newTask({ tags: ["x"] });
  {
    await using store = folder.open();
    await store.enqueue({ tasks: [task], idempotency });
    const [claimed] = await store.claim({ max: 1 });
    await store.complete([{ lease: claimed!, resultJson: '"done"', runMs: 1, finishedMs: 1 }]);
    await store.setPaused(true);
  }
  await using store = folder.open();
  assertEquals(store.snapshot().paused, true);
  assertEquals((await store.get(task.id, { withResult: true }))?.resultJson, '"done"');
  assertEquals(await store.enqueue({ tasks: [newTask()], idempotency }), {
    kind: "replayed",
    answerJson: "42",
  });
});

Deno.test("SqliteTaskStore orders anew when aging was set anew", async () => {
  await using folder = new Folder();
  const clock = new TestClock();
  const low = newTask({ priority: 5 });
  const high = newTask({ priority: 6 });
  {
    await using store = folder.open({ agingMs: 1000, clock });
    await store.enqueue({ tasks: [low] });
    clock.advance(60_000);
    await store.enqueue({ tasks: [high] });
  }
  for (const [agingMs, first] of [[0, high], [1000, low], [600_000, high]] as const) {
    await using store = folder.open({ agingMs, clock });
    const [claimed] = await store.claim({ max: 1 });
    assertEquals(claimed?.taskId, first.id);
    await store.release([{ lease: claimed! }]);
    assertEquals(store.verifyBooks(), []);
  }
});

Deno.test("SqliteTaskStore refuses a file another process has open, and says so", async () => {
  await using folder = new Folder();
  await using _store = folder.open();
  const error = assertThrows(() => folder.open(), ServiceError);
  assertEquals(error.code, "unavailable");
  assertStringIncludes(error.message, "in use by another process");
});

Deno.test("SqliteTaskStore refuses a file of a newer version untouched", async () => {
  await using folder = new Folder();
  await folder.open().close();
  {
    const db = new DatabaseSync(folder.file);
    db.exec("PRAGMA user_version = 999");
    db.close();
  }
  const error = assertThrows(() => folder.open(), ServiceError);
  assertStringIncludes(error.message, "version 999");
});

Deno.test("SqliteTaskStore loses no task that joins a line in the transaction that takes all others off it", async () => {
  await using folder = new Folder();
  const webhook = { url: "https://example.com/hook" };
  const ends = ["first", "second"].map((id) => newTask({ id, webhook }));
  {
    await using store = folder.open();
    await store.enqueue({ tasks: ends });
    await store.cancel("first"); // its webhook waits, in a line of its own
  }
  await using store = folder.open();
  const filter = { status: "queued" as const };
  // The second one's webhook joins the line, and then the first one's leaves it.
  await store.bulk({ action: "cancel", filter, limit: 10 });
  const claimed = await store.claim({ max: 10 });
  const events = claimed.map(({ type, inputJson }) => [type, JSON.parse(inputJson).data.task_id]);
  assertEquals(events, [["webhook", "second"]]);
});

Deno.test("SqliteTaskStore keeps nothing of batches whose tasks were all removed", async () => {
  await using folder = new Folder();
  {
    await using store = folder.open();
    for (const id of ["a", "b"]) {
      const tasks = [
        newTask({ batchId: id, tags: ["x"] }),
        newTask({ batchId: id, webhook: { url: "http://x/" } }),
      ];
      await store.enqueue({ tasks, batch: { id, createdMs: 1, maxConcurrent: 2 } });
    }
    await store.cancelBatch("a");
    await store.bulk({ action: "remove", filter: { batchId: "a" }, limit: 10 });
    assertEquals([await store.getBatch("a"), (await store.getBatch("b"))?.total], [undefined, 2]);
    assertEquals(store.verifyBooks(), []);
  }
  const db = new DatabaseSync(folder.file);
  const count = (sql: string) => db.prepare(`SELECT count(*) AS n FROM ${sql}`).get()!.n;
  assertEquals([
    count("batches"),
    count("lanes WHERE batch_no IS NOT NULL"),
    count("task_tags WHERE tag = 'x'"),
  ], [
    1,
    1,
    1,
  ]);
  db.close();
});

Deno.test("SqliteTaskStore refuses calls after close()", async () => {
  await using folder = new Folder();
  const store = folder.open();
  const last = store.enqueue({ tasks: [newTask()] });
  await store.close();
  assertEquals(await last, { kind: "accepted" });
  await assertRejects(() => store.get("x"), ServiceError, "closed");
});

Deno.test("SqliteTaskStore rejects a whole tick on a full disk, stays consistent and works again after", async () => {
  await using folder = new Folder();
  let limit: (pages: number) => void = () => {};
  await using store = folder.open({
    tune: (db) => limit = (pages) => db.exec(`PRAGMA max_page_count = ${pages}`),
  });
  const small = newTask({ batchId: "b" });
  await store.enqueue({ tasks: [small], batch: { id: "b", createdMs: 1, maxConcurrent: 1 } });
  const [claimed] = await store.claim({ max: 1 });
  const before = store.snapshot();
  limit(1); // SQLite takes the present size for the least: not one page more
  const big = newTask({ inputJson: JSON.stringify("x".repeat(500_000)), type: "new-type" });
  const results = await Promise.allSettled([
    store.enqueue({ tasks: [newTask()] }),
    store.complete([{ lease: claimed!, resultJson: "1", runMs: 1, finishedMs: 1 }]),
    store.enqueue({ tasks: [big] }),
    store.get(small.id),
  ]);
  assertEquals(results.map(({ status }) => status), ["rejected", "rejected", "rejected", "fulfilled"]);
  for (const result of results.slice(0, 3)) {
    const { reason } = result as PromiseRejectedResult;
    assert(reason instanceof ServiceError);
    assertEquals(reason.code, "storage_full");
  }
  assertEquals(store.snapshot(), before);
  assertEquals(store.verifyBooks(), []);

  limit(1_000_000_000);
  assertEquals(await store.enqueue({ tasks: [big] }), { kind: "accepted" });
  assertEquals(await store.complete([{ lease: claimed!, resultJson: "1", runMs: 1, finishedMs: 1 }]), [true]);
  assertEquals((await store.getBatch("b"))?.counts.completed, 1);
  assertEquals(store.verifyBooks(), []);
});

Deno.test("SqliteTaskStore tells only the culprit when a call cannot be done", async () => {
  await using folder = new Folder();
  await using store = folder.open();
  const impossible = newTask({ priority: "high" as unknown as number });
  const results = await Promise.allSettled([
    store.enqueue({ tasks: [newTask()] }),
    store.enqueue({ tasks: [impossible] }),
    store.enqueue({ tasks: [newTask()] }),
  ]);
  assertEquals(results.map(({ status }) => status), ["fulfilled", "rejected", "fulfilled"]);
  assertEquals(store.snapshot().accepted, 2);
  assertEquals(store.verifyBooks(), []);
});

Deno.test("SqliteTaskStore loses nothing acknowledged when its process is killed", async () => {
  await using folder = new Folder();
  const acknowledged = new Set<string>();
  const completed = new Set<string>();
  for (let kill = 0; kill < 6; kill++) {
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-check", "--allow-all", WRITER.href, folder.file, String(kill)],
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    let lines = 0;
    const killAt = 40 + kill * 170;
    let rest = "";
    for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
      const parts = (rest + chunk).split("\n");
      rest = parts.pop()!;
      for (const line of parts) {
        const [what, id] = line.split(" ") as [string, string];
        (what === "accepted" ? acknowledged : completed).add(id);
        if (++lines === killAt) child.kill("SIGKILL");
      }
    }
    assertEquals((await child.status).signal, "SIGKILL");

    await using store = folder.open();
    assertEquals(store.verifyBooks(), []);
    const { accepted, counts } = store.snapshot();
    assertEquals(accepted, Object.values(counts).reduce((sum, n) => sum + n, 0));
    assertEquals(counts.running, 0);
    for (const id of acknowledged) {
      assert(await store.get(id) !== undefined, `${id} was acknowledged and is gone`);
    }
    for (const id of completed) assertEquals((await store.get(id))?.status, "completed");
  }
  assert(acknowledged.size > 100 && completed.size > 100);
});
