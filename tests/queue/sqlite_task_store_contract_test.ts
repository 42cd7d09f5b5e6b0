import { assertEquals } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { verifyBooks } from "../../src/queue/adapters/sqlite/verify_books.ts";
import { SqliteTaskStore } from "../../src/queue/adapters/sqlite_task_store.ts";
import { taskStoreContract } from "../contracts/task_store_contract.ts";

taskStoreContract("SqliteTaskStore", async (options) => {
  const folder = await Deno.makeTempDir({ prefix: "tutti-queue-" });
  const path = `${folder}/queue.db`;
  const store = new SqliteTaskStore({ path, ...options });
  return {
    store,
    async [Symbol.asyncDispose]() {
      await store.close();
      const db = new DatabaseSync(path);
      assertEquals(verifyBooks(db), []);
      db.close();
      await Deno.remove(folder, { recursive: true });
    },
  };
});
