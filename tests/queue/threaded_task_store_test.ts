import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { ServiceError } from "../../src/platform/errors.ts";
import { ThreadedTaskStore } from "../../src/queue/adapters/threaded_task_store.ts";
import { newTask } from "../contracts/task_store_contract.ts";

async function withFolder(work: (path: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "tutti-thread-" });
  try {
    await work(`${folder}/queue.db`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("ThreadedTaskStore refuses all calls, and says so, once its thread has ended by itself", () =>
  withFolder(async (path) => {
    const entryUrl = new URL("./fixtures/failing_thread.ts", import.meta.url);
    const store = await ThreadedTaskStore.open({ path, entryUrl });
    const task = newTask();
    assertEquals(await store.enqueue({ tasks: [task] }), { kind: "accepted" });
    const error = await assertRejects(() => store.setPaused(true), ServiceError, "out of luck");
    assertEquals(error.code, "unavailable");
    assertMatch((await store.failed).message, /thread ended.*out of luck/);
    await assertRejects(() => store.enqueue({ tasks: [newTask()] }), ServiceError, "thread ended");
    assertMatch(store.writeFault() ?? "", /thread ended/);
    await store.close();
    // What was acknowledged is there for the next process.
    await using next = await ThreadedTaskStore.open({ path });
    assertEquals((await next.get(task.id))?.status, "queued");
  }));

Deno.test("ThreadedTaskStore refuses a file another one has open, and says so", () =>
  withFolder(async (path) => {
    await using _first = await ThreadedTaskStore.open({ path });
    const error = await assertRejects(() => ThreadedTaskStore.open({ path }), ServiceError, "in use");
    assertEquals(error.code, "unavailable");
  }));

Deno.test("ThreadedTaskStore has everything that was called before close(), and refuses calls after it", () =>
  withFolder(async (path) => {
    const store = await ThreadedTaskStore.open({ path });
    const tasks = Array.from({ length: 200 }, () => newTask());
    const accepted = tasks.map((task) => store.enqueue({ tasks: [task] }));
    const waiting = store.claim({ max: 1, wait: true, exceptTypes: ["test"] });
    await store.close();
    for (const outcome of await Promise.all(accepted)) assertEquals(outcome, { kind: "accepted" });
    assertEquals(await waiting, []);
    await assertRejects(() => store.get("x"), ServiceError, "closed");
    await using next = await ThreadedTaskStore.open({ path });
    assertEquals(next.snapshot().accepted, 200);
  }));
