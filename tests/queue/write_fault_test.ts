import { assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import type { DatabaseSync } from "node:sqlite";
import { TestClock } from "../contracts/task_store/test_clock.ts";
import { SqliteTaskStore } from "../../src/queue/adapters/sqlite_task_store.ts";

const PAGES = "PRAGMA max_page_count";

async function withFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "tutti-write-fault-" });
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const big = (id: string) => ({
  tasks: [{
    id,
    type: "test",
    inputJson: JSON.stringify("x".repeat(300_000)),
    priority: 5,
    maxAttempts: 1,
    timeoutMs: 1000,
    backoff: { kind: "fixed", delayMs: 0, maxMs: 0, jitter: 0 } as const,
    createdMs: 1,
  }],
  maxLength: 10,
});

Deno.test("SqliteTaskStore.writeFault() tells of writes that fail until one succeeds, reads do not count", () =>
  withFolder(async (folder) => {
    let db: DatabaseSync | undefined;
    const clock = new TestClock();
    const path = `${folder}/queue.db`;
    await using store = new SqliteTaskStore({ path, tune: (it) => db = it, clock });
    assertEquals(store.writeFault(), undefined);
    db!.exec(`${PAGES} = 40`);
    const refused = await assertRejects(() => store.enqueue(big("a")), Error, "DATA_DIR");
    assertEquals((refused as { code?: string }).code, "storage_full");
    assertMatch(store.writeFault()!, /disk is full/);
    await store.oldestQueuedMs();
    assertMatch(store.writeFault()!, /disk is full/);
    db!.exec(`${PAGES} = 100000`);
    await store.enqueue(big("a"));
    assertEquals(store.writeFault(), undefined);
    // Where nothing is asked of it, it tries by itself.
    db!.exec(`${PAGES} = 110`);
    await assertRejects(() => store.enqueue(big("b")));
    assertMatch(store.writeFault()!, /disk is full/);
    clock.advance(10_000);
    assertEquals(store.writeFault(), undefined);
  }));

Deno.test("SqliteTaskStore does not try a write of its own over and over while writes fail", () =>
  withFolder(async (folder) => {
    let db: DatabaseSync | undefined;
    let tries = 0;
    const clock = new TestClock();
    const path = `${folder}/queue.db`;
    const tune = (it: DatabaseSync) => {
      db = it;
      const prepare = it.prepare.bind(it);
      it.prepare = (sql) => {
        const statement = prepare(sql);
        if (!sql.startsWith("BEGIN")) return statement;
        const run = statement.run.bind(statement);
        statement.run = () => {
          tries++;
          return run();
        };
        return statement;
      };
    };
    await using store = new SqliteTaskStore({ path, tune, clock });
    const [task] = big("a").tasks;
    await store.enqueue({ tasks: [{ ...task!, inputJson: "1", delayMs: 1000 }] });
    const claim = store.claim({ max: 1, wait: true });
    await store.oldestQueuedMs(); // now it waits
    db!.exec("PRAGMA query_only = ON");
    clock.advance(2000);
    await assertRejects(() => store.setPaused(false));
    assertEquals((await store.get("a"))?.status, "delayed", "what is there can be read");
    const before = tries;
    await new Promise((resolve) => setTimeout(resolve, 300));
    assertEquals(tries - before <= 2, true, `${tries - before} tries in 300 ms`);
    db!.exec("PRAGMA query_only = OFF");
    assertEquals((await claim).map(({ taskId }) => taskId), ["a"], "and it tries again by itself");
  }));

Deno.test("SqliteTaskStore says which file cannot be opened and what helps", () =>
  withFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/text.db`, "this is no database, ".repeat(500));
    assertThrows(() => new SqliteTaskStore({ path: `${folder}/text.db` }), Error, `${folder}/text.db`);
    assertThrows(() => new SqliteTaskStore({ path: `${folder}/text.db` }), Error, "DATA_DIR");
    await Deno.mkdir(`${folder}/dir.db`);
    assertThrows(() => new SqliteTaskStore({ path: `${folder}/dir.db` }), Error, "DATA_DIR");
    const full = (db: DatabaseSync) => {
      db.exec(`${PAGES} = 1`);
      throw Object.assign(new Error("database or disk is full"), { code: "ERR_SQLITE_ERROR", errcode: 13 });
    };
    const error = assertThrows(() => new SqliteTaskStore({ path: `${folder}/q.db`, tune: full }), Error);
    assertMatch(error.message, /q\.db.*disk is full.*(free|room).*DATA_DIR/);
  }));
