import { assertEquals } from "@std/assert";
import { SYSTEM_CLOCK } from "../../../src/platform/clock.ts";
import type { ClaimRequest } from "../../../src/queue/port.ts";
import type { ClaimedTask } from "../../../src/queue/task.ts";
import { type Bench, type ContractTest, newTask } from "./bench.ts";

/** A claim that waits, and what it has resolved to. Every call of a store that resolves leaves it time to settle. */
class Waiting {
  settled: string[] | undefined;
  readonly ids: Promise<string[]>;

  constructor(at: Bench, request: Partial<ClaimRequest> = {}) {
    const claim = at.store.claim({ max: 1, wait: true, ...request });
    this.ids = claim.then((claimed: ClaimedTask[]) => this.settled = claimed.map(({ taskId }) => taskId));
  }
}

/** Claims that wait until there is something. */
export function waitingClaims(test: ContractTest): void {
  test("claim() that waits resolves at once where there is a task", async (at) => {
    const ids = [await at.put(), await at.put()];
    assertEquals(await new Waiting(at, { max: 5 }).ids, ids);
  });

  test("claim() that waits resolves when a task comes", async (at) => {
    const waiting = new Waiting(at, { max: 3, exceptTypes: ["cpu"] });
    await at.put({ type: "cpu" });
    assertEquals(waiting.settled, undefined);
    const tasks = [newTask(), newTask()];
    await at.enqueue({ tasks });
    assertEquals(await waiting.ids, tasks.map(({ id }) => id));
    const later = await at.put();
    assertEquals(await at.status(later), "queued"); // it was one claim and not a subscription
  });

  test("claim() that waits resolves when the queue, the type and the key are no longer paused", async (at) => {
    for (const key of [undefined, "type:test", "brand:x"]) {
      await at.store.setPaused(true, key);
      const id = await at.put({ limitKeys: ["brand:x"] });
      const waiting = new Waiting(at);
      await at.put({ type: "webhook", delayMs: 1e9 });
      assertEquals(waiting.settled, undefined);
      await at.store.setPaused(false, key);
      assertEquals(await waiting.ids, [id]);
    }
  });

  test("claim() that waits resolves when a limit lets one go", async (at) => {
    await at.store.setLimit({ key: "host:y", concurrency: 1 });
    const ids = [1, 2, 3, 4].map(() => newTask({ limitKeys: ["host:y"] }));
    await at.enqueue({ tasks: ids });
    const first = await at.claimOne();
    const second = new Waiting(at);
    assertEquals(await at.store.oldestQueuedMs(), 1000);
    assertEquals(second.settled, undefined);
    await at.complete(first);
    assertEquals(await second.ids, [ids[1]!.id]);
    const third = new Waiting(at);
    await at.store.setLimit({ key: "host:y", concurrency: 2 });
    assertEquals(await third.ids, [ids[2]!.id]);
    const fourth = new Waiting(at);
    await at.store.removeLimit("host:y");
    assertEquals(await fourth.ids, [ids[3]!.id]);
  });

  test("claim() that waits resolves when a batch has a place and a dependency is done", async (at) => {
    const members = await at.putBatch("b1", 2, 1);
    const child = await at.put({ dependsOn: [members[0]!], priority: 0 });
    const first = await at.claimOne();
    const waiting = new Waiting(at, { max: 5 });
    assertEquals((await at.task(child)).pendingDependencies, 1);
    assertEquals(waiting.settled, undefined);
    await at.complete(first);
    assertEquals(await waiting.ids, [members[1], child]);
  });

  test("claim() ends the one that waits, whether it waits itself or not", async (at) => {
    const first = new Waiting(at);
    const second = new Waiting(at);
    assertEquals(await first.ids, []);
    assertEquals(second.settled, undefined);
    assertEquals(await at.claimIds(1), []);
    assertEquals(await second.ids, []);
    const id = await at.put();
    assertEquals(await at.claimIds(1), [id]);
  });

  test("close() ends the claim that waits", async (at) => {
    const waiting = new Waiting(at);
    await at.close();
    assertEquals(await waiting.ids, []);
  });

  // Nothing but time: the machine's own clock and the store's own timer.
  const realTime = { clock: SYSTEM_CLOCK };

  test("claim() that waits resolves at the time of a delayed task", async (at) => {
    const createdMs = Date.now();
    const tasks = [newTask({ delayMs: 60, createdMs }), newTask({ runAtMs: createdMs + 120, createdMs })];
    await at.enqueue({ tasks });
    for (const task of tasks) {
      const waiting = new Waiting(at);
      assertEquals(waiting.settled, undefined);
      assertEquals(await waiting.ids, [task.id]);
    }
  }, realTime);

  test("claim() that waits resolves when the next attempt may start", async (at) => {
    const id = await at.put();
    await at.fail(await at.claimOne(), { waitMs: 50 });
    const [again] = await at.store.claim({ max: 1, wait: true });
    assertEquals([again?.taskId, again?.attempt], [id, 2]);
    await at.release(again!, 50);
    assertEquals(await new Waiting(at).ids, [id]);
  }, realTime);

  test("claim() that waits resolves when the rate allows another start", async (at) => {
    await at.store.setLimit({ key: "host:y", rate: { count: 1, perMs: 80 } });
    const ids = [await at.put({ limitKeys: ["host:y"] }), await at.put({ limitKeys: ["host:y"] })];
    const beganMs = performance.now();
    assertEquals(await new Waiting(at).ids, [ids[0]]);
    assertEquals(await new Waiting(at).ids, [ids[1]]);
    assertEquals(performance.now() - beganMs >= 75, true, "the second start came too early");
  }, realTime);

  test("a task expires by itself where nobody calls", async (at) => {
    await at.store.setPaused(true);
    const told = new Promise<void>((resolve) =>
      at.store.listen((changes) => {
        at.told.push(...changes);
        resolve();
      })
    );
    const id = await at.put({ expiresInMs: 50 });
    await told;
    assertEquals(at.heard(), [`${id} failed`]);
  }, realTime);
}
