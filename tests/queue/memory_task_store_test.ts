import { MemoryTaskStore } from "../../src/queue/adapters/memory_task_store.ts";
import { taskStoreContract } from "../contracts/task_store_contract.ts";

taskStoreContract("MemoryTaskStore", (options) => {
  const store = new MemoryTaskStore(options);
  return { store, [Symbol.asyncDispose]: () => store.close() };
});
