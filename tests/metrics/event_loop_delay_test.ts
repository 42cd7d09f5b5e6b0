import { assertEquals, assertGreater, assertGreaterOrEqual } from "@std/assert";
import { EventLoopDelay } from "../../src/metrics/event_loop_delay.ts";
import { fakeMetrics } from "./fixtures.ts";

Deno.test("EventLoopDelay sees a held loop in full, and the ticks it missed", async () => {
  const seen: number[] = [];
  const held = Promise.withResolvers<void>();
  using delay = new EventLoopDelay({
    intervalMs: 10,
    record: (delayMs) => {
      seen.push(delayMs);
      if (delayMs >= 80) held.resolve();
    },
  });
  delay.start();
  delay.start(); // one timer, not two
  const keepAlive = setTimeout(() => held.reject(new Error("the held loop was not seen")), 20_000);
  await new Promise((resolve) => setTimeout(resolve, 0));
  const untilMs = performance.now() + 150;
  while (performance.now() < untilMs); // holds the loop
  await held.promise;
  clearTimeout(keepAlive);
  await new Promise((resolve) => setTimeout(resolve, 0));
  assertGreaterOrEqual(Math.max(...seen), 80);
  assertGreater(seen.filter((delayMs) => delayMs > 20).length, 4); // 80 ms late: also 70, 60, 50, 40 and 30
});

Deno.test("EventLoopDelay records nothing after stop()", async () => {
  let samples = 0;
  const delay = new EventLoopDelay({ intervalMs: 1, record: () => samples++ });
  delay.start();
  delay.stop();
  await new Promise((resolve) => setTimeout(resolve, 20));
  assertEquals(samples, 0);
});

Deno.test("Metrics start() brings the event loop's delay into the summary; disposing ends the sampler and the sink", async () => {
  const { metrics, recorder, sink } = fakeMetrics();
  metrics.start();
  recorder.loopDelay(40);
  recorder.loopDelay(20);
  const { max, p50 } = metrics.summary(60).event_loop_delay_ms;
  assertEquals(max, 40);
  assertGreaterOrEqual(p50!, 19.6);
  await metrics[Symbol.asyncDispose]();
  sink.append("late");
  assertEquals(sink.stats().dropped, 1);
});
