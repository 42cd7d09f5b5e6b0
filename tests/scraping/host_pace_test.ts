import { assert, assertEquals } from "@std/assert";
import { HostPace, type TurnFeedback } from "../../src/scraping/host_pace.ts";

const asked = { concurrency: 8, delayMs: 0 };

/** A pace with a clock of its own; each turn begins now and ends a millisecond later. */
function paced(maxBackoffMs = 300_000) {
  const pace = new HostPace({ maxBackoffMs, random: () => 0 });
  let nowMs = 1000;
  const turn = (feedback: TurnFeedback, startedMs = nowMs) => {
    nowMs++;
    pace.ended(feedback, { startedMs, nowMs, asked });
  };
  return {
    pace,
    turn,
    waitMs: () => pace.notBeforeMs - nowMs,
    pass: (ms: number) => nowMs += ms,
    now: () => nowMs,
  };
}

Deno.test("HostPace halves what is asked at once with each round of refusals, then doubles the time between two", () => {
  const { pace, turn, pass } = paced();
  const seen: [number, number][] = [];
  for (let i = 0; i < 6; i++) {
    turn({ outcome: "refused" });
    pass(100_000);
    const { concurrency, delayMs } = pace.limits(asked);
    seen.push([concurrency, delayMs]);
  }
  assertEquals(seen, [[4, 0], [2, 0], [1, 0], [1, 250], [1, 500], [1, 1000]]);
});

Deno.test("HostPace leaves a host alone for as long as it says, else twice as long with each round, up to the bound", () => {
  const { turn, waitMs, pass } = paced(5000);
  turn({ outcome: "refused", backoffMs: 3000 });
  assertEquals(waitMs(), 3000);
  pass(3000);
  const waits: number[] = [];
  for (let i = 0; i < 4; i++) {
    turn({ outcome: "refused" });
    waits.push(waitMs());
    pass(100_000);
  }
  assertEquals(waits, [2000, 4000, 5000, 5000]);
  turn({ outcome: "refused", backoffMs: 86_400_000 });
  assertEquals(waitMs(), 5000);
});

Deno.test("HostPace counts refusals of requests that were under way together once", () => {
  const { pace, turn, waitMs, now } = paced();
  const startedMs = now();
  for (let i = 0; i < 8; i++) turn({ outcome: "refused" }, startedMs);
  assertEquals(pace.limits(asked).concurrency, 4);
  assert(waitMs() <= 1000, `${waitMs()}`);
  // Their answers say nothing about the new pace either.
  for (let i = 0; i < 100; i++) turn({ outcome: "answered" }, startedMs);
  assertEquals(pace.limits(asked).concurrency, 4);
});

Deno.test("HostPace gives back what answers earn, and has then nothing to remember", () => {
  const { pace, turn, pass, now } = paced();
  for (let i = 0; i < 5; i++) {
    turn({ outcome: "refused" });
    pass(60_000);
  }
  assertEquals([pace.limits(asked), pace.atRest(now())], [{ concurrency: 1, delayMs: 500 }, false]);
  let answers = 0;
  while (pace.limits(asked) !== asked && answers < 1000) {
    turn({ outcome: "answered" });
    answers++;
  }
  assert(answers > 20 && answers < 100, `${answers}`);
  assertEquals(pace.atRest(now()), true);
});

Deno.test("HostPace slows down for a host that does not answer in time, without leaving it alone", () => {
  const { pace, turn, now } = paced();
  turn({ outcome: "slow" });
  assertEquals(pace.limits(asked).concurrency, 4);
  assert(pace.notBeforeMs < now());
  assertEquals([pace.atRest(now()), pace.atRest(now() + 600_000)], [false, true]);
});
