import { assert, assertEquals } from "@std/assert";
import { MAX_RETRY_AFTER_MS, nextWaitMs } from "../../src/queue/retry_policy.ts";
import { type Backoff, DEFAULT_BACKOFF } from "../../src/queue/task.ts";

const failure = { code: "http_5xx", message: "", retryable: true } as const;
const ask = (attempt: number, backoff: Partial<Backoff> = {}, extra = {}) =>
  nextWaitMs({
    attempt,
    maxAttempts: 10,
    failure,
    backoff: { ...DEFAULT_BACKOFF, jitter: 0, ...backoff },
    random: () => 0,
    ...extra,
  });

Deno.test("nextWaitMs() doubles the wait up to its bound", () => {
  assertEquals([1, 2, 3, 4, 9].map((n) => ask(n, { delayMs: 100, maxMs: 500 })), [100, 200, 400, 500, 500]);
});

Deno.test("nextWaitMs() repeats a fixed wait and the last of a list", () => {
  assertEquals([1, 5].map((n) => ask(n, { kind: "fixed", delayMs: 70 })), [70, 70]);
  assertEquals([1, 2, 3].map((n) => ask(n, { kind: "list", delaysMs: [5, 9] })), [5, 9, 9]);
});

Deno.test("nextWaitMs() makes the jittered share of the wait random", () => {
  const at = (random: number) => ask(1, { delayMs: 1000, jitter: 0.4 }, { random: () => random });
  assertEquals([at(0), at(0.5), at(0.9999)], [600, 800, 1000]);
});

Deno.test("nextWaitMs() gives none after the last attempt and for what repeats anyway", () => {
  assertEquals(ask(10), undefined);
  assertEquals(ask(1, {}, { failure: { ...failure, retryable: false } }), undefined);
});

Deno.test("nextWaitMs() waits as long as the server asked, within a day", () => {
  const asked = (retry_after_s: number) =>
    ask(1, { delayMs: 1000, maxMs: 2000 }, { failure: { ...failure, retry_after_s } });
  assertEquals([asked(30), asked(0.1), asked(1e12)], [30_000, 1000, MAX_RETRY_AFTER_MS]);
  assert(MAX_RETRY_AFTER_MS === 86_400_000);
});
