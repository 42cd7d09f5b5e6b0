import { assertEquals } from "@std/assert";
import { SqliteTaskStore } from "../../src/queue/adapters/sqlite_task_store.ts";
import { ThreadedTaskStore } from "../../src/queue/adapters/threaded_task_store.ts";
import type { TaskStore } from "../../src/queue/port.ts";
import { QueueService } from "../../src/queue/service.ts";
import type { Outcome } from "../../src/workers/port.ts";
import { FakePool } from "../fakes/fake_pool.ts";
import { TYPES } from "./queue_fixture.ts";

const BROKEN = { code: "handler_error", message: "", retryable: false } as const;
const DONE: Outcome = { kind: "completed", resultJson: "1", runMs: 1 };

const stores: Record<string, (path: string) => TaskStore | Promise<TaskStore>> = {
  SqliteTaskStore: (path) => new SqliteTaskStore({ path }),
  ThreadedTaskStore: (path) => ThreadedTaskStore.open({ path }),
};

for (const [name, open] of Object.entries(stores)) {
  Deno.test(`events of a task come in the order of its life, on ${name}`, async () => {
    const folder = await Deno.makeTempDir({ prefix: "tutti-queue-" });
    const store = await open(`${folder}/queue.db`);
    const broken = new Set<string>();
    let pool: FakePool | undefined;
    const service = new QueueService({
      store,
      types: TYPES,
      pool: (events) =>
        pool = new FakePool(events, {
          io: 8,
          handler: ({ taskId, attempt, inputJson }) =>
            inputJson === '"fails"' && attempt === 1 && !broken.has(taskId)
              ? (broken.add(taskId), { kind: "failed", error: BROKEN, runMs: 1 })
              : DONE,
        }),
    });
    const lives = new Map<string, string[]>();
    service.subscribe(({ taskId, status }) => {
      const life = lives.get(taskId) ?? [];
      lives.set(taskId, life);
      life.push(status);
    });
    service.start();
    const expected = new Map<string, string[]>();
    const run = async (round: number) => {
      const parent = await service.enqueue({ type: "echo", input: round });
      const child = await service.enqueue({ type: "echo", input: round, dependsOn: [parent.taskId] });
      const after = round % 2 === 0 ? { dependsOn: [parent.taskId] } : {};
      const failing = await service.enqueue({ type: "echo", input: "fails", ...after });
      await service.waitForEnd(failing.taskId, { waitMs: 60_000 });
      await service.retry(failing.taskId);
      for (const { taskId } of [parent, child, failing]) await service.waitForEnd(taskId, { waitMs: 60_000 });
      expected.set(parent.taskId, ["queued", "running", "completed"]);
      // Whether its parent had ended when it was accepted is a matter of chance.
      const first = (id: string) => lives.get(id)?.[0] === "delayed" ? ["delayed"] : [];
      expected.set(child.taskId, [...first(child.taskId), "queued", "running", "completed"]);
      const again = ["queued", "running", "failed", "queued", "running", "completed"];
      expected.set(failing.taskId, [...first(failing.taskId), ...again]);
    };
    await Promise.all(Array.from({ length: 25 }, (_, round) => run(round)));
    await service.stop();
    await pool!.stop();
    await service.close();
    await store.close();
    await Deno.remove(folder, { recursive: true });
    for (const [taskId, life] of expected) assertEquals(lives.get(taskId), life, taskId);
  });
}
