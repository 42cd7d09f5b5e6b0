import { assertEquals, assertThrows } from "@std/assert";
import { loadConfig } from "../../src/config/mod.ts";
import { MemoryTaskStore } from "../../src/queue/adapters/memory_task_store.ts";
import type { PurgeRequest } from "../../src/queue/port.ts";
import { Retention, type RetentionOptions, retentionRules } from "../../src/queue/retention.ts";
import { HandClock, QueueFixture } from "./queue_fixture.ts";

/** A store that only purges, by `answer`. */
function purging(answer: (request: PurgeRequest) => Promise<number>) {
  const requests: PurgeRequest[] = [];
  const store = new MemoryTaskStore();
  store.purge = (request) => {
    requests.push({ ...request });
    return answer(request);
  };
  return { store, requests };
}

const silent = { onError: () => {} } satisfies Partial<RetentionOptions>;

Deno.test("Retention forgets ended tasks that are too old, and no others", async () => {
  const clock = new HandClock();
  await using at = new QueueFixture({ io: 1, clock });
  const old = await at.ended();
  clock.pass(5000);
  const young = await at.ended();
  const cancelled = await at.put({}, { delayS: 60 });
  await at.service.cancel(cancelled);
  const waiting = await at.put({}, { delayS: 60 });
  clock.pass(6000);
  const rules = [
    { status: "completed", maxAgeS: 10, maxCount: 0 },
    { status: "cancelled", maxAgeS: 0, maxCount: 0 },
  ] as const;
  await new Retention({ store: at.store, rules: [...rules], clock, ...silent }).look();
  const left = (await at.service.list({ limit: 10 })).tasks.map(({ id }) => id);
  assertEquals(left, [waiting, cancelled, young]);
  assertEquals(await at.store.get(old), undefined);
  assertEquals(at.store.snapshot().removed, 1);
});

Deno.test("Retention keeps the latest of a status where there are too many", async () => {
  await using at = new QueueFixture({ io: 1 });
  await at.ended();
  const kept = [await at.ended(), await at.ended()];
  const rules = [{ status: "completed", maxAgeS: 0, maxCount: 2 }] as const;
  await new Retention({ store: at.store, rules: [...rules], ...silent }).look();
  assertEquals((await at.service.list({ limit: 10 })).tasks.map(({ id }) => id), kept.toReversed());
});

Deno.test("Retention goes in steps until one is not full", async () => {
  const counts = [500, 500, 3];
  const { store, requests } = purging(() => Promise.resolve(counts.shift()!));
  await new Retention({
    store,
    rules: [{ status: "failed", maxAgeS: 1, maxCount: 7 }],
    clock: new HandClock(),
    ...silent,
  }).look();
  const step = { status: "failed", limit: 500, endedBeforeMs: 1_699_999_999_000, keepNewest: 7 } as const;
  assertEquals(requests, [step, step, step]);
});

Deno.test("Retention tells of a failure and goes on with the next rule and the next look", async () => {
  const told: string[] = [];
  let looks = 0;
  const seen = Promise.withResolvers<void>();
  const { store, requests } = purging(({ status }) => {
    if (status === "cancelled" && ++looks === 2) seen.resolve();
    return status === "failed" ? Promise.reject(new Error("disk")) : Promise.resolve(0);
  });
  const retention = new Retention({
    store,
    rules: [{ status: "failed", maxAgeS: 1, maxCount: 0 }, { status: "cancelled", maxAgeS: 1, maxCount: 0 }],
    checkMs: 5,
    onError: (error, doing) => told.push(`${doing}: ${(error as Error).message}`),
  });
  retention.start();
  assertThrows(() => retention.start(), TypeError, "Cannot start retention");
  await seen.promise;
  await retention.stop();
  assertEquals(told.slice(0, 2), Array(2).fill("forgetting failed tasks: disk"));
  const asked = requests.length;
  await new Promise((resolve) => setTimeout(resolve, 20));
  assertEquals(requests.length, asked);
});

Deno.test("Retention.stop() waits for the step under way and begins no other", async () => {
  const step = Promise.withResolvers<number>();
  const { store, requests } = purging(() => step.promise);
  const retention = new Retention({
    store,
    rules: [{ status: "failed", maxAgeS: 1, maxCount: 0 }, { status: "cancelled", maxAgeS: 1, maxCount: 0 }],
    ...silent,
  });
  retention.start();
  let stopped = false;
  const stopping = retention.stop().then(() => stopped = true);
  await new Promise((resolve) => setImmediate(resolve));
  assertEquals(stopped, false);
  step.resolve(500);
  await stopping;
  assertEquals(requests.length, 1);
});

Deno.test("retentionRules() has the settings' defaults", () => {
  assertEquals(retentionRules(loadConfig(() => undefined)), [
    { status: "completed", maxAgeS: 604_800, maxCount: 1_000_000 },
    { status: "failed", maxAgeS: 2_592_000, maxCount: 1_000_000 },
    { status: "cancelled", maxAgeS: 604_800, maxCount: 1_000_000 },
  ]);
});
