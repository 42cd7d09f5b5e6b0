import { assert, assertEquals, assertRejects } from "@std/assert";
import { VectorStoreError } from "../../src/search/vector_port.ts";
import { VectorsBreaker } from "../../src/search/vectors_breaker.ts";

const fails = (kind: VectorStoreError["kind"] = "timeout") => () =>
  Promise.reject(new VectorStoreError(kind, "late"));

/** A breaker on a clock of the test's own, and how often it really asked. */
function breakerAt(time: { ms: number }) {
  const breaker = new VectorsBreaker({ failures: 3, pauseMs: 1000, nowMs: () => time.ms });
  let asked = 0;
  const call = <T>(ask: () => Promise<T>) => breaker.call(() => (asked++, ask()));
  return { breaker, call, asked: () => asked };
}

Deno.test("VectorsBreaker does not ask after failures in a row, then tries one", async () => {
  const time = { ms: 0 };
  const { call, asked } = breakerAt(time);
  for (let n = 0; n < 2; n++) await assertRejects(() => call(fails()));
  assertEquals(await call(() => Promise.resolve(1)), 1); // not in a row
  for (let n = 0; n < 3; n++) await assertRejects(() => call(fails()));
  assertEquals(asked(), 6);
  const error = await assertRejects(() => call(fails())) as VectorStoreError;
  assertEquals([error.kind, error.message], ["unreachable", "vectors are not asked for now: late"]);
  assertEquals(asked(), 6);
  time.ms = 1000;
  const trial = Promise.withResolvers<number>();
  const trying = call(() => trial.promise);
  await assertRejects(() => call(fails())); // others are not let through beside it
  assertEquals(asked(), 7);
  trial.resolve(5);
  assertEquals(await trying, 5);
  assertEquals(await call(() => Promise.resolve(2)), 2);
});

Deno.test("VectorsBreaker waits twice as long when the trial fails", async () => {
  const time = { ms: 0 };
  const { call, asked } = breakerAt(time);
  for (let n = 0; n < 3; n++) await assertRejects(() => call(fails()));
  time.ms = 1000;
  await assertRejects(() => call(fails()));
  time.ms = 2999;
  await assertRejects(() => call(fails()));
  assertEquals(asked(), 4);
  time.ms = 3000;
  assertEquals(await call(() => Promise.resolve(1)), 1);
});

Deno.test("VectorsBreaker counts failures of the server only, and those of now", async () => {
  const time = { ms: 0 };
  const { breaker, call, asked } = breakerAt(time);
  for (let n = 0; n < 5; n++) {
    await assertRejects(() => call(fails("refused")));
    await assertRejects(() => call(() => Promise.reject(new DOMException("caller", "AbortError"))));
  }
  assertEquals(asked(), 10);
  const old = Promise.withResolvers<never>();
  const late = [call(() => old.promise), call(() => old.promise), call(() => old.promise)];
  breaker.reset();
  old.reject(new VectorStoreError("unreachable", "the one before"));
  for (const { status } of await Promise.allSettled(late)) assertEquals(status, "rejected");
  assertEquals(await call(() => Promise.resolve(1)), 1);
  // A trial that its caller gives up leaves the way free for the next one.
  for (let n = 0; n < 3; n++) await assertRejects(() => call(fails()));
  time.ms = 5000;
  await assertRejects(() => call(() => Promise.reject(new DOMException("caller", "AbortError"))));
  assertEquals(await call(() => Promise.resolve(1)), 1);
  for (let n = 0; n < 3; n++) await assertRejects(() => call(fails()));
  breaker.reset();
  assert(await call(() => Promise.resolve(true)));
});
