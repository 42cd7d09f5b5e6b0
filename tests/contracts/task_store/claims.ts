import { assert, assertEquals } from "@std/assert";
import { DEFAULT_BACKOFF } from "../../../src/queue/task.ts";
import { type ContractTest } from "./bench.ts";

/** Claims: what is leased and in which order. */
export function claims(test: ContractTest): void {
  test("claim() leases the task with what its attempt needs", async (at) => {
    const id = await at.put({ type: "scrape", brand: "b", requestId: "r", createdMs: 999_000 });
    at.clock.advance(2500);
    const [claimed] = await at.claim(1);
    assert(claimed !== undefined && claimed.token > 0);
    const { taskId, seq, type, inputJson, attempt, maxAttempts, timeoutMs, crashes, brand, requestId } =
      claimed;
    assertEquals(
      { taskId, seq, type, inputJson, attempt, maxAttempts, timeoutMs, crashes, brand, requestId },
      {
        taskId: id,
        seq: 1,
        type: "scrape",
        inputJson: '{"n":1}',
        attempt: 1,
        maxAttempts: 3,
        timeoutMs: 1000,
        crashes: 0,
        brand: "b",
        requestId: "r",
      },
    );
    assertEquals([claimed.startedMs, claimed.waitMs, claimed.createdMs], [1_002_500, 2500, 999_000]);
    assertEquals(claimed.backoff, DEFAULT_BACKOFF);
    const stored = await at.task(id);
    assertEquals([stored.status, stored.attempts, stored.startedMs], ["running", 1, 1_002_500]);
    assertEquals(await at.claim(5), []);
  });

  test("claim() takes higher priority first and first in, first out within one", async (at) => {
    const ids: string[] = [];
    for (const priority of [1, 9, 5, 9, 1, 5]) ids.push(await at.put({ priority }));
    assertEquals(await at.claimIds(10), [1, 3, 2, 5, 0, 4].map((i) => ids[i]));
  });

  test("claim() keeps first in, first out when the wall clock steps back", async (at) => {
    const first = await at.put({});
    at.clock.stepWall(-500_000);
    const second = await at.put({});
    at.clock.stepWall(-100_000);
    const third = await at.put({});
    assertEquals(await at.claimIds(3), [first, second, third]);
  });

  test("claim() lets a waiting task gain a step of priority per aging interval", async (at) => {
    const old = await at.put({ priority: 5 });
    at.clock.advance(60_000);
    const same = await at.put({ priority: 6 }); // one step above, one interval later: level, the higher one first
    at.clock.advance(60_001);
    const late = await at.put({ priority: 6 }); // more than an interval later again: behind both
    const urgent = await at.put({ priority: 10 });
    assertEquals(await at.claimIds(4), [urgent, same, old, late]);
  });

  test("claim() goes by priority alone when aging is off", async (at) => {
    const low = await at.put({ priority: 5 });
    at.clock.advance(86_400_000);
    const high = await at.put({ priority: 6 });
    assertEquals(await at.claimIds(2), [high, low]);
  }, { agingMs: 0 });

  test("claim() leaves out the types it is told to, in the order of the rest", async (at) => {
    const a = await at.put({ type: "cpu", priority: 9 });
    const b = await at.put({ type: "io", priority: 1 });
    const c = await at.put({ type: "net", priority: 5 });
    assertEquals(await at.claimIds(5, ["cpu"]), [c, b]);
    assertEquals(await at.claimIds(5), [a]);
  });

  test("claim() gives nothing while paused", async (at) => {
    const id = await at.put({});
    await at.store.setPaused(true);
    assertEquals([at.store.snapshot().paused, await at.claimIds(1)], [true, []]);
    await at.store.setPaused(false);
    assertEquals([at.store.snapshot().paused, await at.claimIds(1)], [false, [id]]);
  });

  test("claim() of some types at most so many takes the rest from others", async (at) => {
    const ids: string[] = [];
    for (const type of ["cpu", "cpu", "gpu", "io", "io"]) ids.push(await at.put({ type }));
    const atMost = { types: ["cpu", "gpu"], max: 1 };
    const first = await at.claimWith({ max: 3, atMost });
    assertEquals(first.map(({ taskId }) => taskId), [ids[0], ids[3], ids[4]]);
    const none = await at.claimWith({ max: 3, atMost: { types: ["cpu", "gpu"], max: 0 } });
    assertEquals(none, []);
    const rest = await at.claimWith({ max: 3, atMost: { types: ["cpu"], max: 1 } });
    assertEquals(rest.map(({ taskId }) => taskId), [ids[1], ids[2]]);
  });

  test("claim() takes delayed tasks from their time on", async (at) => {
    const later = await at.put({ runAtMs: 1_005_000 });
    const sooner = await at.put({ runAtMs: 1_002_000 });
    const past = await at.put({ runAtMs: 999_000 });
    assertEquals([(await at.task(later)).status, (await at.task(past)).status], ["delayed", "queued"]);
    assertEquals(await at.claimIds(5), [past]);
    at.clock.advanceTo(1_002_000);
    assertEquals(await at.claimIds(5), [sooner]);
    at.clock.advanceTo(1_004_999);
    assertEquals(await at.claimIds(5), []);
    at.clock.advanceTo(1_005_000);
    assertEquals(await at.claimIds(5), [later]);
  });
}
