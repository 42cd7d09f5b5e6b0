import { assertEquals } from "@std/assert";
import { type ContractTest } from "./bench.ts";

const DAY_MS = 86_400_000;

/** The wall clock is set: nothing early, nothing stuck. */
export function clocks(test: ContractTest): void {
  for (const stepMs of [DAY_MS, -DAY_MS]) {
    const title = stepMs > 0 ? "a day forward" : "a day back";

    test(`delays, backoff and deadlines do not notice a wall clock that is set ${title}`, async (at) => {
      const failed = await at.put({ priority: 9 });
      await at.fail(await at.claimOne(), { waitMs: 2000 });
      const released = await at.put({ priority: 8 });
      await at.release(await at.claimOne(), 3000);
      const delayed = await at.put({ delayMs: 1000 });
      const doomed = await at.put({ expiresInMs: 4000, delayMs: 8000 });
      at.clock.stepWall(stepMs);
      assertEquals(await at.claimIds(9), []);
      const due = async (afterMs: number) => {
        at.clock.advance(afterMs - 1);
        assertEquals(await at.claimIds(9), []);
        at.clock.advance(1);
        return await at.claimIds(9);
      };
      assertEquals(await due(1000), [delayed]);
      assertEquals(await due(1000), [failed]);
      assertEquals(await due(1000), [released]);
      assertEquals(await at.status(doomed), "delayed");
      await due(1000);
      assertEquals(await at.status(doomed), "failed");
    });

    test(`rates and the order do not notice a wall clock that is set ${title}`, async (at) => {
      await at.store.setLimit({ key: "k", rate: { count: 1, perMs: 1000 } });
      const [first, second] = [await at.put({ limitKeys: ["k"] }), await at.put({ limitKeys: ["k"] })];
      assertEquals(await at.claimIds(9), [first]);
      at.clock.stepWall(stepMs);
      const free = await at.put({ priority: 6 }); // one step of priority and no waiting time to speak of
      at.clock.advance(999);
      assertEquals(await at.claimIds(9), [free]);
      at.clock.advance(1);
      const [claimed] = await at.claim(9);
      assertEquals([claimed?.taskId, claimed?.waitMs], [second, 1000]);
      assertEquals(claimed?.startedMs, at.clock.wallMs());
    });
  }

  test("runAtMs follows the wall clock when it is set forward and back", async (at) => {
    const soon = await at.put({ runAtMs: 1_000_000 + 1000 });
    const tomorrow = await at.put({ runAtMs: 1_000_000 + DAY_MS });
    at.clock.stepWall(-DAY_MS);
    at.clock.advance(2000);
    assertEquals(await at.claimIds(9), []);
    at.clock.stepWall(DAY_MS);
    assertEquals(await at.claimIds(9), [soon]);
    at.clock.stepWall(DAY_MS - 3000);
    assertEquals(await at.claimIds(9), []);
    at.clock.advance(999);
    assertEquals(await at.claimIds(9), []);
    at.clock.advance(1);
    assertEquals(await at.claimIds(9), [tomorrow]);
    assertEquals((await at.task(tomorrow)).runAtMs, 1_000_000 + DAY_MS);
  });

  test("runAtMs that was put on while the clock was wrong comes when the wall clock says so", async (at) => {
    at.clock.stepWall(-DAY_MS);
    const id = await at.put({ runAtMs: at.clock.wallMs() + 5000 });
    at.clock.advance(1000);
    at.clock.stepWall(3000);
    assertEquals(await at.claimIds(1), []);
    at.clock.advance(1000);
    assertEquals(await at.claimIds(1), [id]);
  });

  test("runAtMs of a task that waits for another follows the wall clock too", async (at) => {
    const parent = await at.put();
    const child = await at.put({ dependsOn: [parent], runAtMs: 1_000_000 + DAY_MS });
    at.clock.stepWall(DAY_MS + 1);
    await at.complete(await at.claimOne());
    assertEquals(await at.claimIds(9), [child]);
  });

  test("the wait for another attempt is a wait, also of a task that had a runAtMs", async (at) => {
    const id = await at.put({ runAtMs: 1_001_000 });
    at.clock.advance(1000);
    await at.fail(await at.claimOne(), { waitMs: 5000 });
    assertEquals((await at.task(id)).runAtMs, 1_006_000);
    at.clock.stepWall(DAY_MS);
    assertEquals(await at.claimIds(1), []);
    at.clock.advance(5000);
    assertEquals(await at.claimIds(1), [id]);
  });
}
