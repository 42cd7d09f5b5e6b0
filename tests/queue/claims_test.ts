import { assertEquals } from "@std/assert";
import { MemoryTaskStore } from "../../src/queue/adapters/memory_task_store.ts";
import { Claims } from "../../src/queue/claims.ts";
import type { ClaimRequest } from "../../src/queue/port.ts";
import type { ClaimedTask } from "../../src/queue/task.ts";
import { newTask } from "../contracts/task_store_contract.ts";
import { FakePool, type FakePoolOptions } from "../fakes/fake_pool.ts";

interface Asked {
  request: ClaimRequest;
  /** Answers the claim with as many tasks. */
  bring: (count: number) => Promise<void>;
  fail: () => Promise<void>;
}

/** Claims on a store whose answers are the test's, and a pool whose room is. */
function bench(options: FakePoolOptions & { cpuTypes?: string[]; exceptTypes?: string[] } = {}) {
  const asked: Asked[] = [];
  const errors: string[] = [];
  const brought: number[] = [];
  const pool = new FakePool({ onSettled() {}, onProgress() {}, onCapacity() {} }, options);
  const store = new MemoryTaskStore();
  store.claim = (request) => {
    const { promise, resolve, reject } = Promise.withResolvers<ClaimedTask[]>();
    const settled = promise.then(() => {}, () => {});
    asked.push({
      request,
      bring: (
        count,
      ) => (resolve(Array.from({ length: count }, () => ({ type: "echo" }) as ClaimedTask)), settled),
      fail: () => (reject(new Error("no")), settled),
    });
    return promise;
  };
  const claims = new Claims({
    store,
    pool,
    cpuTypes: options.cpuTypes ?? [],
    exceptTypes: options.exceptTypes ?? [],
    onTasks: (tasks) => {
      brought.push(tasks.length);
      pool.io -= tasks.length;
    },
    onAnswer: () => claims.look(),
    onError: (_error, doing) => errors.push(doing),
  });
  const requests = () => asked.map(({ request }) => request);
  return { claims, pool, asked, requests, errors, brought };
}

Deno.test("Claims waits for all the room there is", async () => {
  const { claims, asked, requests } = bench({ io: 4 });
  claims.look();
  claims.look();
  assertEquals(requests(), [{ max: 4, wait: true }]);
  await asked[0]!.bring(1);
  assertEquals(requests().slice(1), [{ max: 3, wait: true }]);
});

Deno.test("Claims asks for nothing where there is no room, and not for types that may not be claimed", () => {
  const full = bench({ io: 0 });
  full.claims.look();
  assertEquals(full.requests(), []);
  const { claims, requests } = bench({ io: 1, exceptTypes: ["gone"] });
  claims.look();
  assertEquals(requests(), [{ max: 1, wait: true, exceptTypes: ["gone"] }]);
});

Deno.test("Claims lets the waiting claim stand for ends in an idle queue, until the room has more than doubled", async () => {
  const { claims, pool, asked, requests } = bench({ io: 2 });
  claims.look();
  for (pool.io = 3; pool.io <= 4; pool.io++) claims.look();
  assertEquals(requests().length, 1);
  pool.io = 5;
  claims.look();
  assertEquals(requests().slice(1), [{ max: 3 }]); // never more than is not covered: both may come back full
  await asked[0]!.bring(0);
  assertEquals(requests().length, 2);
  await asked[1]!.bring(0);
  assertEquals(requests().slice(2), [{ max: 5, wait: true }]);
});

Deno.test("Claims follows every end with a claim while tasks queue, and never claims beyond the room", async () => {
  const { claims, pool, asked, requests, brought } = bench({ io: 4 });
  claims.look();
  await asked[0]!.bring(4);
  pool.io = 1;
  claims.look();
  pool.io = 3;
  claims.look(); // while the claim of one is under way
  assertEquals(requests().slice(1), [{ max: 1, wait: true }, { max: 2 }]);
  await asked[1]!.bring(1);
  await asked[2]!.bring(2);
  assertEquals([brought, pool.io, requests().length], [[4, 1, 2], 0, 3]);
});

Deno.test("Claims reserves places of CPU-bound types and asks anew as soon as one comes free", async () => {
  const { claims, pool, asked, requests } = bench({ io: 4, cpu: 1, cpuTypes: ["number"] });
  claims.look();
  const types = ["number"];
  assertEquals(requests(), [{ max: 4, wait: true, atMost: { types, max: 1 } }]);
  pool.cpu = 0;
  await asked[0]!.bring(1);
  assertEquals(requests()[1], { max: 3, wait: true, atMost: { types, max: 0 } });
  pool.io = 4;
  pool.cpu = 1; // the CPU-bound one has ended: those that queue were not let into the waiting claim
  claims.look();
  assertEquals(requests().slice(2), [{ max: 1 }]);
  await asked[1]!.bring(0);
  assertEquals(requests().length, 3);
  await asked[2]!.bring(0);
  assertEquals(requests().slice(3), [{ max: 4, wait: true, atMost: { types, max: 1 } }]);
});

Deno.test("Claims ends a waiting claim that asks for more than a pool that shrank has room for", async () => {
  const { claims, pool, asked, requests } = bench({ io: 8 });
  claims.look();
  pool.io = 2;
  claims.look();
  claims.look();
  assertEquals(requests().slice(1), [{ max: 0 }]);
  await asked[0]!.bring(0);
  await asked[1]!.bring(0);
  assertEquals(requests().slice(2), [{ max: 2, wait: true }]);
});

Deno.test("Claims asks again a while after a claim that failed", async () => {
  const { claims, asked, requests, errors } = bench({ io: 1 });
  claims.look();
  await asked[0]!.fail();
  claims.look();
  assertEquals([errors, requests().length], [["claiming tasks"], 1]);
  while (requests().length < 2) await new Promise((resolve) => setTimeout(resolve, 10));
  const stopped = claims.stop();
  for (const { bring } of asked) await bring(0);
  await stopped;
});

Deno.test("Claims does not ask in a circle where a store answers a waiting claim with nothing", async () => {
  const { claims, asked, requests } = bench({ io: 1 });
  claims.look();
  await asked[0]!.bring(0);
  claims.look();
  assertEquals(requests().length, 1);
  while (requests().length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
});

Deno.test("Claims.stop() ends the waiting claim, waits for what is under way and hands it on", async () => {
  const { claims, asked, requests, brought } = bench({ io: 4 });
  claims.look();
  let stopped = false;
  const stopping = claims.stop().then(() => stopped = true);
  assertEquals(requests().slice(1), [{ max: 0 }]);
  await asked[1]!.bring(0);
  assertEquals(stopped, false);
  await asked[0]!.bring(2);
  await stopping;
  assertEquals([brought, requests().length], [[2], 2]);
});

Deno.test("Claims.stop() does not wait for a store that cannot end the waiting claim", async () => {
  const { claims, asked, errors } = bench({ io: 4 });
  claims.look();
  const stopping = claims.stop();
  await asked[1]!.fail();
  await stopping;
  await claims.stop();
  assertEquals(errors, ["claiming tasks"]);
});

Deno.test("Claims on a real store: what is enqueued while it waits is claimed at once, in one claim", async () => {
  const store = new MemoryTaskStore();
  const pool = new FakePool({ onSettled() {}, onProgress() {}, onCapacity() {} }, { io: 3 });
  const brought = Promise.withResolvers<ClaimedTask[]>();
  const claims = new Claims({
    store,
    pool,
    cpuTypes: [],
    exceptTypes: [],
    onTasks: (tasks) => brought.resolve(tasks),
    onAnswer: () => {},
    onError: (error) => brought.reject(error),
  });
  claims.look();
  await store.enqueue({ tasks: [newTask({ id: "a" }), newTask({ id: "b" })] });
  assertEquals((await brought.promise).map(({ taskId }) => taskId), ["a", "b"]);
  await claims.stop();
  await store.close();
});
