import { assertEquals } from "@std/assert";
import { SqliteTaskStore } from "../../src/queue/adapters/sqlite_task_store.ts";
import { newTask } from "../contracts/task_store_contract.ts";

Deno.test("list() of completed tasks by brand is the same for a brand of many and one of few", async () => {
  const folder = await Deno.makeTempDir({ prefix: "tutti-queue-" });
  try {
    await using store = new SqliteTaskStore({
      path: `${folder}/queue.db`,
      tune: (db) => db.exec("PRAGMA synchronous = OFF"),
    });
    // More completed than a list gathers or probes, and newer ones that wait.
    const tasks = Array.from(
      { length: 23_000 },
      (_, i) =>
        newTask({
          brand: i % 1000 === 7 ? "few" : i % 2 === 0 ? "many" : "other",
          createdMs: i,
          fairnessKey: "all",
        }),
    );
    for (let i = 0; i < tasks.length; i += 5000) await store.enqueue({ tasks: tasks.slice(i, i + 5000) });
    const claimed = await store.claim({ max: 21_000 });
    await store.complete(claimed.map((lease) => ({ lease, resultJson: "1", runMs: 1, finishedMs: 1 })));
    for (const brand of ["few", "many", "none"]) {
      const expected = tasks.slice(0, 21_000).filter((task) => task.brand === brand).map(({ id }) => id)
        .reverse();
      const seen: string[] = [];
      let before: number | undefined;
      while (true) {
        const page = await store.list({ status: "completed", brand, limit: 1000, before });
        seen.push(...page.map(({ id }) => id));
        if (page.length < 1000) break;
        before = page.at(-1)!.seq;
      }
      assertEquals(seen.length, expected.length);
      assertEquals(seen, expected);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
