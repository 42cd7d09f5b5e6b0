import { assertEquals, assertLess } from "@std/assert";
import { fakeMetrics } from "./fixtures.ts";

const GAUGE = { documents: 1, chunks: 2, owedVectors: 3, vectorDatabase: "starting" as const };

Deno.test("look() of many at once, and again soon after, asks once", async () => {
  let asked = 0;
  const { metrics, clock } = fakeMetrics({
    search: () => {
      asked++;
      return Promise.resolve(GAUGE);
    },
  });
  await Promise.all([metrics.look(), metrics.look(), metrics.look()]);
  await metrics.look();
  assertEquals(asked, 1);
  clock.ms = 600;
  await metrics.look();
  assertEquals(asked, 2);
});

Deno.test("what hangs or fails is unknown, within the time, and the rest is told", async () => {
  const hung = Promise.withResolvers<number | undefined>();
  const { metrics, clock } = fakeMetrics({
    oldestQueuedMs: () => hung.promise,
    search: () => Promise.resolve(GAUGE),
  });
  const startedMs = performance.now();
  await metrics.look();
  assertLess(performance.now() - startedMs, 2000);
  assertEquals(metrics.summary(60).saturation.oldest_queued_s, null);
  assertEquals(metrics.summary(60).search.owed_vectors, 3);
  assertEquals(
    metrics.prometheus().includes("tutti_queue_oldest_age_seconds"),
    false,
    "no number is made up",
  );
  hung.resolve(undefined);
  clock.ms = 1000;
  await metrics.look();
  assertEquals(metrics.summary(60).saturation.oldest_queued_s, 0, "it answers again: nothing waits");

  const broken = fakeMetrics({
    search: () => Promise.reject(new Error("no index")),
    oldestQueuedMs: () => {
      throw new Error("no queue");
    },
  });
  await broken.metrics.look();
  assertEquals(broken.metrics.summary(60).search.documents, null);
  assertEquals(broken.metrics.summary(60).saturation.oldest_queued_s, null);
});

Deno.test("what was known is not told once it is not known any more", async () => {
  let gauge: typeof GAUGE | undefined = GAUGE;
  const { metrics, clock } = fakeMetrics({ search: () => Promise.resolve(gauge) });
  await metrics.look();
  assertEquals(metrics.summary(60).search.owed_vectors, 3);
  gauge = undefined;
  clock.ms = 1000;
  await metrics.look();
  assertEquals(metrics.summary(60).search.owed_vectors, null);
});
