import { assertEquals } from "@std/assert";
import { type ClaimedTask } from "../../../src/queue/task.ts";
import { type ContractTest, leaseOf, newTask } from "./bench.ts";

/** Many calls one after another, and in one tick. */
export function walk(test: ContractTest): void {
  test("calls of one tick take effect in their order", async (at) => {
    const task = newTask();
    const [, claimed, cancelled] = await Promise.all([
      at.store.enqueue({ tasks: [task] }),
      at.store.claim({ max: 1 }),
      at.store.cancel(task.id),
    ]);
    assertEquals(claimed[0]?.taskId, task.id);
    assertEquals(cancelled.kind, "running");
  });

  test("a random walk keeps the books and the batch limits", async (at) => {
    let seed = 12345;
    const random = (below: number) => {
      seed = (seed * 1103515245 + 12345) % 2147483648;
      return Math.floor(seed / 2147483648 * below);
    };
    const leases: ClaimedTask[] = [];
    const ids: string[] = [];
    for (let step = 0; step < 300; step++) {
      at.clock.advance(random(300));
      if (random(10) === 0) at.clock.stepWall(random(4000) - 2000);
      const pick = leases.length > 0 ? leases.splice(random(leases.length), 1)[0]! : undefined;
      switch (random(9)) {
        case 0:
          ids.push(...await at.putBatch(`walk-${step}`, 1 + random(6), 1 + random(3)));
          break;
        case 1:
          ids.push(await at.put({ priority: random(11), type: `t${random(3)}` }));
          break;
        case 2:
          ids.push(await at.put({ runAtMs: at.clock.wallMs() + random(400) }));
          break;
        case 3:
          if (pick !== undefined) await at.complete(pick);
          break;
        case 4:
          if (pick !== undefined) {
            await at.fail(pick, random(2) === 0 ? "dead" : { waitMs: 100 });
          }
          break;
        case 5:
          if (pick !== undefined) {
            await at.store.release([{ lease: leaseOf(pick), crashed: random(2) === 0 }]);
          }
          break;
        case 6:
          if (ids.length > 0) await at.store.cancel(ids[random(ids.length)]!);
          break;
        case 7:
          if (ids.length > 0) await at.store.retry(ids[random(ids.length)]!);
          break;
        case 8:
          leases.push(...await at.claim(1 + random(4), random(2) === 0 ? ["t1"] : undefined));
      }
      at.balanced();
    }
  });
}
