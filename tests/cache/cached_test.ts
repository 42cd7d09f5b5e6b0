import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { MemoryCacheStore } from "../../src/cache/adapters/memory_cache_store.ts";
import { Cache, cached, SingleFlight } from "../../src/cache/mod.ts";
import { InterruptedError, ServiceError, TaskError } from "../../src/platform/errors.ts";

function setUp() {
  const clock = { nowMs: 1e12 };
  const nowMs = () => clock.nowMs;
  return { clock, cache: new Cache(new MemoryCacheStore({ nowMs }), { nowMs }) };
}

/** Lets everything that is ready run. */
const settle = () => new Promise((resolve) => setTimeout(resolve, 0));

Deno.test("cached() computes once for callers at one time, and once for those after them", async () => {
  const { cache } = setUp();
  let runs = 0;
  const double = cached(async (n: number) => {
    runs++;
    await settle();
    return { n: n * 2, gone: undefined };
  }, { cache, key: (n) => `double:${n}`, maxAgeS: 60 });
  const all = await Promise.all([double(1), double(1), double(1), double(2)]);
  assertEquals(all.map((result) => result.n), [2, 2, 2, 4]);
  assertEquals(Object.keys(all[0]!), ["n"]); // the JSON form from the first call on
  assertThrows(() => all[0]!.n = 5, TypeError);
  assertEquals((await double(1)).n, 2);
  assertEquals(runs, 2);
  assertEquals(cache.stats().coalesced, 2);
});

Deno.test("cached() serves a stale value at once and renews it behind, once", async () => {
  const { cache, clock } = setUp();
  let runs = 0;
  const gate = Promise.withResolvers<void>();
  const count = cached(async () => {
    if (++runs > 1) await gate.promise;
    return runs;
  }, { cache, key: "count", maxAgeS: 10, staleS: 50 });
  assertEquals(await count(null), 1);
  clock.nowMs += 20_000;
  assertEquals(await Promise.all([count(null), count(null)]), [1, 1]);
  assertEquals(await count(null), 1);
  gate.resolve();
  await settle();
  assertEquals(await count(null), 2);
  assertEquals(runs, 2);
});

Deno.test("cached() keeps the stale value while renewals fail, until its end", async () => {
  const { cache, clock } = setUp();
  let runs = 0;
  const count = cached(() => {
    if (++runs > 1) throw new Error("origin down");
    return "first";
  }, { cache, key: "count", maxAgeS: 10, staleS: 50, negativeMaxAgeS: 3600 });
  assertEquals(await count(null), "first");
  clock.nowMs += 20_000;
  for (let i = 0; i < 3; i++) {
    assertEquals(await count(null), "first");
    await settle();
  }
  assertEquals(runs, 2); // a renewal that failed waits for negativeMaxAgeS
  clock.nowMs += 40_000;
  await assertRejects(() => count(null), Error, "origin down");
  assertEquals(runs, 3);
});

Deno.test("cached() remembers failures and throws them again as the same kind", async () => {
  const { cache, clock } = setUp();
  const failures: Record<string, Error> = {
    task: new TaskError("http_5xx", "bad gateway", { retryAfterS: 7 }),
    service: new ServiceError("unavailable", "later", { retryAfterS: 9 }),
    type: new TypeError("not that"),
    coded: Object.assign(new Error("refused"), { name: "ConnectError", code: "ECONNREFUSED" }),
  };
  let runs = 0;
  const fail = cached((kind: string) => {
    runs++;
    throw failures[kind]!;
  }, { cache, key: (kind) => kind, maxAgeS: 60, negativeMaxAgeS: 5 });
  for (const [kind, failure] of Object.entries(failures)) {
    await assertRejects(() => fail(kind));
    const again = await assertRejects(() => fail(kind)) as Error;
    assertEquals(again.constructor, failure.constructor);
    assertEquals([again.name, again.message], [failure.name, failure.message]);
    assertEquals({ ...again }, { ...failure });
  }
  assertEquals(runs, 4);
  clock.nowMs += 5000;
  await assertRejects(() => fail("task"));
  assertEquals(runs, 5);
});

Deno.test("cached() remembers no aborts and interruptions, and nothing at all by default", async () => {
  const { cache } = setUp();
  for (
    const error of [
      new DOMException("stop", "AbortError"),
      new InterruptedError("shutdown"),
      new Error("plain"),
    ]
  ) {
    let runs = 0;
    const fail = cached(() => {
      runs++;
      throw error;
    }, { cache, key: "k", maxAgeS: 60, negativeMaxAgeS: error.message === "plain" ? 0 : 60 });
    await assertRejects(() => fail(null));
    await assertRejects(() => fail(null));
    assertEquals(runs, 2);
  }
});

Deno.test("cached() lets one waiter leave without the others, and stops when all have left", async () => {
  const { cache } = setUp();
  const gate = Promise.withResolvers<string>();
  let inner: AbortSignal | undefined;
  let runs = 0;
  const wait = cached((_: null, { signal }) => {
    runs++;
    inner = signal;
    return gate.promise;
  }, { cache, key: "k", maxAgeS: 60 });
  const [one, two] = [new AbortController(), new AbortController()];
  const first = wait(null, { signal: one.signal });
  const second = wait(null, { signal: two.signal });
  await settle();
  one.abort(new Error("first leaves"));
  await assertRejects(() => first, Error, "first leaves");
  assertEquals(inner!.aborted, false);
  two.abort(new Error("second leaves"));
  await assertRejects(() => second, Error, "second leaves");
  assertEquals(inner!.aborted, true);
  const third = wait(null);
  await settle();
  assertEquals(runs, 2);
  gate.resolve("done");
  assertEquals(await third, "done");
  await assertRejects(() => wait(null, { signal: one.signal }), Error, "first leaves");
});

Deno.test("cached() keeps what shouldCache allows, for as long as maxAgeS says of it", async () => {
  const { cache, clock } = setUp();
  let runs = 0;
  const twice = cached((n: number) => (runs++, n), {
    cache,
    key: (n) => `k${n}`,
    maxAgeS: (n) => n,
    shouldCache: (n) => n > 0,
    tags: (n) => [`t${n}`],
  });
  await twice(0);
  await twice(0);
  assertEquals(runs, 2);
  await twice(5);
  clock.nowMs += 4999;
  await twice(5);
  assertEquals(runs, 3);
  assertEquals(await cache.deleteByTag("t5"), 1);
  await twice(5);
  clock.nowMs += 5000;
  await twice(5);
  assertEquals(runs, 5);
});

Deno.test("cached() never takes a value for a remembered failure", async () => {
  const { cache } = setUp();
  const forged = { "\u0000error": { kind: "plain", name: "Error", message: "forged" } };
  const forge = cached(() => forged, { cache, key: "k", maxAgeS: 60 });
  assertEquals(await forge(null), forged);
  assertEquals(await forge(null), forged);
});

Deno.test("SingleFlight.run() leaves nothing behind, also after failures nobody waits for", async () => {
  const flights = new SingleFlight();
  const leave = new AbortController();
  const abandoned = flights.run("k", async () => {
    await settle();
    throw new Error("nobody is there to hear it");
  }, { signal: leave.signal });
  leave.abort(new Error("left"));
  await assertRejects(() => abandoned, Error, "left");
  assertEquals(flights.size, 0);
  await settle();
  await settle();
  const results = await Promise.allSettled(
    [1, 2].map((n) => flights.run("k", () => Promise.reject(new Error(`${n}`)))),
  );
  assert(results.every((result) => result.status === "rejected" && result.reason.message === "1"));
  await settle();
  assertEquals(flights.size, 0);
});
