import { assertEquals } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { ThreadedTaskStore } from "../../src/queue/adapters/threaded_task_store.ts";
import { verifyBooks } from "../../src/queue/adapters/sqlite/verify_books.ts";
import { type Clock, SYSTEM_CLOCK } from "../../src/platform/clock.ts";
import { taskStoreContract } from "../contracts/task_store_contract.ts";

taskStoreContract("ThreadedTaskStore", async ({ agingMs, clock }) => {
  const folder = await Deno.makeTempDir({ prefix: "tutti-queue-" });
  const path = `${folder}/queue.db`;
  const shared = clock === SYSTEM_CLOCK ? undefined : new SharedArrayBuffer(16);
  if (shared !== undefined) show(clock, shared);
  const store = await ThreadedTaskStore.open({ path, agingMs, clockCells: shared });
  return {
    store: shared === undefined ? store : onTime(store, () => show(clock, shared)),
    async [Symbol.asyncDispose]() {
      await store.close();
      const db = new DatabaseSync(path);
      assertEquals(verifyBooks(db), []);
      db.close();
      await Deno.remove(folder, { recursive: true });
    },
  };
});

function show(clock: Clock, cells: SharedArrayBuffer): void {
  new Float64Array(cells).set([clock.wallMs(), clock.monoMs()]);
}

/** Shows the thread the test's time at every call. */
function onTime(store: ThreadedTaskStore, tell: () => void): ThreadedTaskStore {
  return new Proxy(store, {
    get(target, name) {
      const value = Reflect.get(target, name, target);
      if (typeof value !== "function") return value;
      return (...args: unknown[]) => {
        tell();
        return value.apply(target, args);
      };
    },
  });
}
