import { assertEquals } from "@std/assert";
import type { Dedup } from "../../../src/queue/task.ts";
import { type ContractTest, newTask } from "./bench.ts";

function keyed(mode: Dedup["mode"], given: Parameters<typeof newTask>[0] = {}, windowMs?: number) {
  return newTask({ ...given, dedup: { key: "k", mode, ...(windowMs === undefined ? {} : { windowMs }) } });
}

/** At most one task of a key. */
export function dedup(test: ContractTest): void {
  test("dedup `reject` refuses while another waits or runs, of whatever type", async (at) => {
    const first = await at.put(keyed("reject"));
    const refused = { kind: "conflict", reason: "dedup_key", value: first } as const;
    assertEquals(await at.store.enqueue({ tasks: [keyed("reject", { type: "other" })] }), refused);
    const claimed = await at.claimOne();
    assertEquals(await at.store.enqueue({ tasks: [keyed("reject")] }), refused);
    await at.fail(claimed, { waitMs: 1000 });
    assertEquals(await at.store.enqueue({ tasks: [keyed("reject")] }), refused);
    await at.store.cancel(first);
    await at.put(keyed("reject"));
    await at.put({ dedup: { key: "other", mode: "reject" } });
    assertEquals(at.store.snapshot().accepted, 3);
  });

  test("dedup `replace` cancels the one that waits and leaves one that runs", async (at) => {
    const first = await at.put(keyed("replace", { delayMs: 5000 }));
    const second = await at.put(keyed("replace"));
    const replaced = await at.task(first);
    assertEquals([replaced.status, replaced.error], ["cancelled", {
      code: "cancelled",
      message: `Replaced by ${second}`,
      retryable: false,
    }]);
    assertEquals(at.heard(), [`${first} cancelled`]);
    assertEquals(await at.claimIds(9), [second]);
    const third = await at.put(keyed("replace"));
    assertEquals([await at.status(second), await at.status(third), at.heard()], ["running", "queued", []]);
  });

  test("dedup `debounce` waits for quiet: each new one puts the only one off again", async (at) => {
    const first = await at.put(keyed("debounce", { delayMs: 9000 }, 1000));
    assertEquals((await at.task(first)).runAtMs, 1_001_000); // its own delay is none of the window's
    at.clock.advance(900);
    const second = await at.put(keyed("debounce", {}, 1000));
    assertEquals(await at.status(first), "cancelled");
    at.clock.advance(999);
    assertEquals(await at.claimIds(9), []);
    at.clock.advance(1);
    assertEquals(await at.claimIds(9), [second]);
  });

  test("dedup `throttle` answers with the last accepted one for a while, whatever became of it", async (at) => {
    const first = await at.put(keyed("throttle", {}, 1000));
    const again = () => at.store.enqueue({ tasks: [keyed("throttle", {}, 1000)] });
    assertEquals(await again(), { kind: "deduplicated", taskId: first, status: "queued" });
    at.clock.advance(999);
    await at.complete(await at.claimOne());
    assertEquals(await again(), { kind: "deduplicated", taskId: first, status: "completed" });
    assertEquals(at.store.snapshot().accepted, 1);
    at.clock.advance(1);
    assertEquals(await again(), { kind: "accepted" });
  });

  test("dedup of a task that was forgotten begins anew", async (at) => {
    for (const mode of ["throttle", "reject", "replace"] as const) {
      const id = await at.put({ dedup: { key: mode, mode, windowMs: 1e6 } });
      await at.store.cancel(id);
      await at.store.remove(id);
      await at.put({ dedup: { key: mode, mode, windowMs: 1e6 } });
    }
  });

  test("dedup sees a key's last task in whatever mode it came", async (at) => {
    const first = await at.put(keyed("throttle", {}, 1000));
    assertEquals((await at.store.enqueue({ tasks: [keyed("reject")] })).kind, "conflict");
    const second = await at.put(keyed("replace"));
    assertEquals(await at.status(first), "cancelled");
    const third = await at.put(keyed("debounce", {}, 500));
    assertEquals([await at.status(second), await at.status(third)], ["cancelled", "delayed"]);
  });

  test("dedup `replace` frees a place of a full queue only for itself", async (at) => {
    await at.put(keyed("replace"));
    const refused = await at.store.enqueue({ tasks: [newTask()], maxLength: 1 });
    assertEquals(refused, { kind: "full", waiting: 1 });
  });

  test("what waits for a replaced task ends with it", async (at) => {
    const first = await at.put(keyed("replace"));
    const child = await at.put({ dependsOn: [first] });
    const second = await at.put(keyed("replace", { dependsOn: [first] }));
    assertEquals(await at.status(child), "failed");
    // Who replaces what it depends on has itself to blame, and does not wait for ever.
    assertEquals((await at.task(second)).error?.message, `It depends on ${first}, which was cancelled`);
  });
}
