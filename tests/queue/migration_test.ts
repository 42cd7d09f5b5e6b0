import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { migrate, SCHEMA_VERSION } from "../../src/queue/adapters/sqlite/schema.ts";
import { SqliteTaskStore } from "../../src/queue/adapters/sqlite_task_store.ts";
import type { ListQuery, StoredBatch, StoreSnapshot } from "../../src/queue/port.ts";
import type { StoredTask } from "../../src/queue/task.ts";
import { newTask, TestClock } from "../contracts/task_store_contract.ts";
import V1 from "./fixtures/version_1.json" with { type: "json" };

/**
 * `version_1.sql` is a file as release 0.1.0 wrote and a kill left it; `version_1.json` what the code of that release
 * answered once it had opened the file, and the order in which it then gave its tasks out.
 */
const VERSION_1 = await Deno.readTextFile(new URL("./fixtures/version_1.sql", import.meta.url));
const DAY_MS = 86_400_000;
const BRANDS = ["halilit", "yamaha", 'a "b\\c', "l'été", "כלי זמר"];

/** A folder with the file of version 1 in it, removed at the end. */
class OldFile implements Disposable {
  readonly folder = Deno.makeTempDirSync({ prefix: "tutti-migration-" });
  readonly path = `${this.folder}/queue.db`;
  readonly clock = new TestClock();

  constructor() {
    this.clock.advanceTo(V1.openedMs);
    this.sql(VERSION_1);
  }

  open(): SqliteTaskStore {
    return new SqliteTaskStore({ path: this.path, clock: this.clock });
  }

  sql(text: string): void {
    const db = new DatabaseSync(this.path);
    db.exec(text);
    db.close();
  }

  /** Everything in the file as text, with its version first. */
  content(): string {
    const db = new DatabaseSync(this.path);
    const version = db.prepare("PRAGMA user_version").get()?.user_version;
    const schema = db.prepare("SELECT name, sql FROM sqlite_master ORDER BY name").all();
    const rows = schema.filter(({ sql }) => String(sql).startsWith("CREATE TABLE"))
      .map(({ name }) => db.prepare(`SELECT * FROM "${name}"`).all());
    db.close();
    return JSON.stringify([version, schema, rows]);
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.folder, { recursive: true });
  }
}

/** As a reader of version 1 saw it: keys of limits were not known then, and what is undefined is absent. */
function asVersion1(task: StoredTask | undefined): unknown {
  const { limitKeys: _, ...rest } = task!;
  return JSON.parse(JSON.stringify(rest));
}

/** Takes and completes one task after another until there is none. */
async function drain(store: SqliteTaskStore): Promise<string[]> {
  const order: string[] = [];
  for (;;) {
    const [claimed] = await store.claim({ max: 1 });
    if (claimed === undefined) return order;
    order.push(claimed.taskId);
    await store.complete([{ lease: claimed, resultJson: "1", runMs: 1, finishedMs: 1 }]);
  }
}

Deno.test("a file of version 1 has everything after its migration that it had before", async () => {
  using file = new OldFile();
  await using store = file.open();
  assertEquals(store.snapshot(), { ...V1.snapshot, pausedKeys: [], removed: 0 } as StoreSnapshot);
  assertEquals(store.verifyBooks(), []);
  const listed = await store.list({ limit: 100 });
  assertEquals(listed.map(({ id }) => id), V1.tasks.map(({ id }) => id));
  for (const before of V1.tasks) {
    const task = await store.get(before.id, { withInput: true, withResult: true });
    assertEquals(asVersion1(task), before as unknown);
    assertEquals(task?.limitKeys, before.brand === undefined ? undefined : [`brand:${before.brand}`]);
  }
  for (const { query, ids } of V1.lists) {
    const found = await store.list({ limit: 100, ...query as Partial<ListQuery> });
    assertEquals(found.map(({ id }) => id), ids, JSON.stringify(query));
  }
  for (const { batch, results } of V1.batches) {
    assertEquals(await store.getBatch(batch.id), batch as StoredBatch);
    const found = await store.batchResults(batch.id, { limit: 10 });
    assertEquals(found.map(({ id, resultJson }) => [id, resultJson ?? null]), results);
  }
});

Deno.test("a file of version 1 gives its tasks out as it always did, those that waited and those that were in hand", async () => {
  using file = new OldFile();
  await using store = file.open();
  assertEquals(await drain(store), [], "it was paused");
  await store.setPaused(false);
  const first = await store.claim({ max: 2 });
  assertEquals(first.map(({ taskId }) => taskId), ["shaky-1"], "a suspect, alone");
  await store.complete(first.map((lease) => ({ lease, resultJson: "1", runMs: 1, finishedMs: 1 })));
  const [second] = await store.claim({ max: 1 });
  assertEquals(second?.taskId, "shaky-2");
  await store.complete([{ lease: second!, resultJson: "1", runMs: 1, finishedMs: 1 }]);

  const suspects = ["shaky-1", "shaky-2", "suspect"];
  for (const before of V1.claims as [id: string, brand: string | null][][]) {
    const orderOf = (brand: string | null) =>
      before.filter(([id, its]) => its === brand && !suspects.includes(id)).map(([id]) => id);
    // The turns that keys take are new, so each brand's order is looked at with the others paused.
    for (const brand of BRANDS) await store.setPaused(true, `brand:${brand}`);
    assertEquals((await drain(store)).filter((id) => !suspects.includes(id)), orderOf(null));
    for (const brand of BRANDS) {
      await store.setPaused(false, `brand:${brand}`);
      assertEquals(await drain(store), orderOf(brand), brand);
    }
    file.clock.advance(DAY_MS);
  }
  assertEquals(store.snapshot(), { ...V1.afterwards, pausedKeys: [], removed: 0 } as StoreSnapshot);
  assertEquals(store.verifyBooks(), []);
});

Deno.test("a file of version 1 replays the answers it gave under a key", async () => {
  using file = new OldFile();
  await using store = file.open();
  const key = { key: "key-1", fingerprint: "print-1", answerJson: "new", expiresMs: V1.openedMs + DAY_MS };
  assertEquals(await store.enqueue({ tasks: [newTask()], idempotency: key }), {
    kind: "replayed",
    answerJson: '{"task_id":"done-small","status":"queued"}',
  });
  assertEquals(await store.enqueue({ tasks: [newTask()], idempotency: { ...key, fingerprint: "other" } }), {
    kind: "conflict",
    reason: "idempotency_key",
    value: "key-1",
  });
  assertEquals(await store.enqueue({ tasks: [newTask({ id: "done-small" })] }), {
    kind: "conflict",
    reason: "task_id",
    value: "done-small",
  });
  assertEquals(await store.enqueue({ tasks: [newTask()], idempotency: { ...key, key: "key-old" } }), {
    kind: "accepted",
  }, "it had expired");
});

Deno.test("a task of version 1 with a time of its own follows the wall clock, one that waits for its retry does not", async () => {
  for (const stepMs of [-DAY_MS, DAY_MS]) {
    using file = new OldFile();
    const { clock } = file;
    await using store = file.open();
    await store.setPaused(false);
    await drain(store);
    clock.stepWall(stepMs);
    const due = await drain(store);
    assertEquals(due.includes("later"), stepMs > 0);
    assertEquals(due.includes("again-later"), false);
    clock.advance(600_000);
    assert((await drain(store)).includes("again-later"));
    const later = (await store.get("later"))!;
    assertEquals(later.status, stepMs > 0 ? "completed" : "delayed");
    clock.advanceTo(later.runAtMs!);
    if (stepMs < 0) assert((await drain(store)).includes("later"));
  }
});

Deno.test("a clock that went back under version 1 lets nothing run early under version 2", async () => {
  using file = new OldFile();
  file.sql(`UPDATE meta SET last_ready_ms = ${V1.openedMs + DAY_MS}`);
  await using store = file.open();
  await store.setPaused(false);
  assertEquals((await drain(store)).filter((id) => id.startsWith("later")), []);
  assertEquals((await store.get("later"))?.status, "delayed");
  file.clock.advanceTo((await store.get("later"))!.runAtMs!);
  assert((await drain(store)).includes("later"));
});

Deno.test("tasks of version 1 take part in what version 2 can: limits, retries, removal", async () => {
  using file = new OldFile();
  await using store = file.open();
  await store.setPaused(false);
  await store.setLimit({ key: "brand:halilit", concurrency: 1 });
  const suspects = await store.claim({ max: 1 });
  await store.complete(suspects.map((lease) => ({ lease, resultJson: "1", runMs: 1, finishedMs: 1 })));
  const [last] = await store.claim({ max: 1 });
  await store.complete([{ lease: last!, resultJson: "1", runMs: 1, finishedMs: 1 }]);
  const claimed = await store.claim({ max: 50 });
  assertEquals(claimed.filter(({ brand }) => brand === "halilit").length, 1);
  assertEquals(await store.retry("dead"), "retried");
  assertEquals(await store.remove("done-large"), "removed");
  assertEquals(await store.get("done-large"), undefined);
  assertEquals(await store.reprioritize("waiting-2", 10), "changed");
  assertEquals(store.verifyBooks(), []);
});

Deno.test("a second opening of a migrated file changes nothing", async () => {
  using file = new OldFile();
  await file.open().close();
  const once = file.content();
  assertStringIncludes(once, `[${SCHEMA_VERSION},`);
  {
    await using store = file.open();
    assertEquals(store.snapshot().recovered, 0);
  }
  // Each opening counts itself and notes the time.
  const withoutBoot = (text: string) => text.replace(/"boot":\d+/, "");
  assertEquals(withoutBoot(file.content()), withoutBoot(once));
});

Deno.test("a migration that cannot end leaves the file as it was", async (t) => {
  await t.step("something is in the way of one of its last steps", () => {
    using file = new OldFile();
    file.sql("PRAGMA journal_mode = WAL; CREATE TABLE task_results_1 (x)");
    const before = file.content();
    assertStringIncludes(before, "[1,");
    assertThrows(() => file.open(), Error, "task_results_1");
    assertEquals(file.content(), before);
    file.sql("DROP TABLE task_results_1");
    const store = file.open();
    assertEquals(store.snapshot().accepted, V1.snapshot.accepted);
    return store.close();
  });
  await t.step("the disk is full", () => {
    using file = new OldFile();
    const before = file.content();
    const db = new DatabaseSync(file.path);
    const pages = Number(db.prepare("PRAGMA page_count").get()!.page_count);
    db.exec(`PRAGMA max_page_count = ${pages + 5}`);
    assertThrows(() => migrate(db, file.path), Error, "full");
    db.close();
    assertEquals(file.content(), before);
    const store = file.open();
    assertEquals(store.verifyBooks(), []);
    return store.close();
  });
});
