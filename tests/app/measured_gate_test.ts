import { assertEquals, assertRejects } from "@std/assert";
import { measuredGate } from "../../src/app/measured_gate.ts";
import type { HostTurnRecorder } from "../../src/metrics/mod.ts";
import { DeferredError } from "../../src/platform/errors.ts";
import { HostGate } from "../../src/scraping/mod.ts";

type Turn = Parameters<HostTurnRecorder["hostTurn"]>[0];

Deno.test("turns at hosts are told when they are given back or put off; mutexes are not, nor a second release", async () => {
  using inner = new HostGate();
  const turns: Turn[] = [];
  let nowMs = 0;
  const gate = measuredGate(inner, (turn) => void turns.push(turn), () => nowMs);
  const limits = { concurrency: 1, delayMs: 0 };

  const first = await gate.acquire("host:a.test", limits);
  const waiting = gate.acquire("host:a.test", limits);
  const mutex = await gate.acquire("robots:a.test", limits);
  nowMs = 40;
  gate.release(mutex);
  assertEquals(turns, []);
  gate.release(first, { outcome: "answered" });
  const second = await waiting;
  nowMs = 100;
  await assertRejects(() => gate.acquire("host:a.test", limits, { maxWaitMs: 0 }), DeferredError);
  gate.release(second);
  gate.release(second, { outcome: "refused" });
  assertEquals(turns, [
    { host: "a.test", outcome: "answered", waitMs: 0, heldMs: 40 },
    { host: "a.test", outcome: "put_off", waitMs: 0 },
    { host: "a.test", outcome: "other", waitMs: 40, heldMs: 60 },
  ]);
  assertEquals(inner.report(), [], "what is measured is given back");
});

Deno.test("a turn that nobody waits for any more is not told", async () => {
  using inner = new HostGate();
  const turns: Turn[] = [];
  const gate = measuredGate(inner, (turn) => void turns.push(turn));
  const reason = new DOMException("enough", "AbortError");
  await assertRejects(
    () => gate.acquire("host:a.test", { concurrency: 1, delayMs: 0 }, { signal: AbortSignal.abort(reason) }),
    DOMException,
  );
  assertEquals(turns, []);
});
