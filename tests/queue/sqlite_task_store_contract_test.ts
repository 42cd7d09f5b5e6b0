import { assertEquals } from "@std/assert";
import { SqliteTaskStore } from "../../src/queue/adapters/sqlite_task_store.ts";
import { taskStoreContract } from "../contracts/task_store_contract.ts";

taskStoreContract("SqliteTaskStore", async (options) => {
  const folder = await Deno.makeTempDir({ prefix: "tutti-queue-" });
  const store = new SqliteTaskStore({ path: `${folder}/queue.db`, ...options });
  return {
    store,
    books: () => assertEquals(store.verifyBooks(), []),
    async [Symbol.asyncDispose]() {
      await store.close();
      await Deno.remove(folder, { recursive: true });
    },
  };
});
