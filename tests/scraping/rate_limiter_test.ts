import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import type { DeferredError } from "../../src/platform/errors.ts";
import { type GateClock, type GateLimits, HostGate } from "../../src/scraping/mod.ts";

class FakeClock implements GateClock {
  #now = 0;
  #timers: { at: number; run: () => void }[] = [];

  nowMs(): number {
    return this.#now;
  }

  after(ms: number, run: () => void): () => void {
    const timer = { at: this.#now + ms, run };
    this.#timers.push(timer);
    return () => this.#timers = this.#timers.filter((other) => other !== timer);
  }

  async advance(ms: number): Promise<void> {
    this.#now += ms;
    const due = this.#timers.filter((timer) => timer.at <= this.#now);
    this.#timers = this.#timers.filter((timer) => timer.at > this.#now);
    for (const timer of due) timer.run();
    await settle();
  }

  get timers(): number {
    return this.#timers.length;
  }
}

/** Lets promise callbacks that are due run. */
const settle = async () => {
  for (let i = 0; i < 5; i++) await Promise.resolve();
};

/** Asks for `count` tickets and records who has got one. */
function ask(gate: HostGate, key: string, count: number, limits: GateLimits) {
  const granted: { index: number; ticket: number }[] = [];
  for (let index = 0; index < count; index++) {
    gate.acquire(key, limits).then((ticket) => granted.push({ index, ticket }), () => {});
  }
  return granted;
}

Deno.test("acquire() never lets more than 'concurrency' hold one key, first come first served", async () => {
  using gate = new HostGate({ clock: new FakeClock() });
  const granted = ask(gate, "a", 4, { concurrency: 2, delayMs: 0 });
  await settle();
  assertEquals(granted.map(({ index }) => index), [0, 1]);
  gate.release(granted[0]!.ticket);
  gate.release(granted[0]!.ticket);
  await settle();
  assertEquals(granted.map(({ index }) => index), [0, 1, 2]);
});

Deno.test("acquire() of one key does not wait for another", async () => {
  using gate = new HostGate({ clock: new FakeClock() });
  await gate.acquire("a", { concurrency: 1, delayMs: 0 });
  await gate.acquire("b", { concurrency: 1, delayMs: 0 });
});

Deno.test("acquire() keeps 'delayMs' between two starts, even when the first has ended", async () => {
  const clock = new FakeClock();
  using gate = new HostGate({ clock });
  const granted = ask(gate, "a", 2, { concurrency: 5, delayMs: 100 });
  await settle();
  gate.release(granted[0]!.ticket);
  await clock.advance(99);
  assertEquals(granted.length, 1);
  await clock.advance(1);
  assertEquals(granted.length, 2);
});

Deno.test("release() with a backoff holds the key's others back that long", async () => {
  const clock = new FakeClock();
  using gate = new HostGate({ clock });
  const granted = ask(gate, "a", 2, { concurrency: 1, delayMs: 0 });
  await settle();
  gate.release(granted[0]!.ticket, { backoffMs: 5000 });
  await clock.advance(4999);
  assertEquals(granted.length, 1);
  await clock.advance(1);
  assertEquals(granted.length, 2);
});

Deno.test("acquire() gives up with the signal's reason and lets the next one in", async () => {
  using gate = new HostGate({ clock: new FakeClock() });
  const first = await gate.acquire("a", { concurrency: 1, delayMs: 0 });
  const controller = new AbortController();
  const second = gate.acquire("a", { concurrency: 1, delayMs: 0 }, { signal: controller.signal });
  const third = gate.acquire("a", { concurrency: 1, delayMs: 0 });
  controller.abort(new Error("enough"));
  await assertRejects(() => second, Error, "enough");
  gate.release(first);
  gate.release(await third);
});

Deno.test("a key is forgotten once idle, after its delay", async () => {
  const clock = new FakeClock();
  using gate = new HostGate({ clock });
  gate.release(await gate.acquire("a", { concurrency: 1, delayMs: 0 }));
  assertEquals(gate.size, 0);
  gate.release(await gate.acquire("slow", { concurrency: 1, delayMs: 100 }));
  assertEquals(gate.size, 1);
  await clock.advance(100);
  gate.release(await gate.acquire("b", { concurrency: 1, delayMs: 0 }));
  assertEquals(gate.size, 0);
});

Deno.test("dispose refuses those who wait and stops the timers", async () => {
  const clock = new FakeClock();
  const gate = new HostGate({ clock });
  await gate.acquire("a", { concurrency: 5, delayMs: 100 });
  const waiting = gate.acquire("a", { concurrency: 5, delayMs: 100 });
  assertEquals(clock.timers, 1);
  gate[Symbol.dispose]();
  await assertRejects(() => waiting, DOMException, "closed");
  assertEquals(clock.timers, 0);
});

Deno.test("acquire() refuses a concurrency below 1", () => {
  using gate = new HostGate();
  assertThrows(() => gate.acquire("a", { concurrency: 0, delayMs: 0 }), RangeError, "current value is 0");
});

/** The time at which each of `count` is told to ask again, seconds from now, oldest first. */
async function deferrals(
  gate: HostGate,
  clock: FakeClock,
  count: number,
  limits: { concurrency: number; delayMs: number },
): Promise<number[]> {
  const refused: number[] = [];
  for (let i = 0; i < count; i++) {
    gate.acquire("a", limits, { maxWaitMs: 1000 }).then(
      () => {},
      (error: DeferredError) => refused.push((error.retryAtMs - clock.nowMs()) / 1000),
    );
  }
  await settle();
  return refused;
}

Deno.test("acquire() with maxWaitMs refuses at once what the delay puts further away, each with a time of its own", async () => {
  const clock = new FakeClock();
  using gate = new HostGate({ clock });
  const limits = { concurrency: 1, delayMs: 10_000 };
  gate.release(await gate.acquire("a", limits, { maxWaitMs: 1000 }));
  assertEquals(await deferrals(gate, clock, 3, limits), [10, 20, 30]);
  await clock.advance(9500);
  // Half a second to go: that is waited for here, and whoever is behind it is not.
  const granted = gate.acquire("a", limits, { maxWaitMs: 1000 });
  assertEquals(await deferrals(gate, clock, 1, limits), [30.5]);
  await clock.advance(500);
  gate.release(await granted);
});

Deno.test("acquire() promises times in a row for five minutes, then anywhere in the second half of them", async () => {
  const clock = new FakeClock();
  using gate = new HostGate({ clock });
  const limits = { concurrency: 1, delayMs: 60_000 };
  gate.release(await gate.acquire("a", limits));
  const told = await deferrals(gate, clock, 50, limits);
  assertEquals(told.slice(0, 6), [60, 120, 180, 240, 300, 360]);
  for (const s of told.slice(6)) assert(s >= 60 + 150 && s <= 60 + 300, `${s}`);
});

Deno.test("acquire() with maxWaitMs obeys a backoff, and waits no longer than that among too many", async () => {
  const clock = new FakeClock();
  using gate = new HostGate({ clock });
  const limits = { concurrency: 1, delayMs: 0 };
  const first = await gate.acquire("a", limits);
  let told = 0;
  const second = gate.acquire("a", limits, { maxWaitMs: 1000 }).catch((error) => told = error.retryAtMs);
  const patient = gate.acquire("a", limits);
  await clock.advance(999);
  assertEquals(told, 0);
  await clock.advance(1);
  await second;
  assert(told > 1000 && told <= 3000, `${told}`);
  gate.release(first, { backoffMs: 30_000 });
  assertEquals((await deferrals(gate, clock, 1, limits))[0]! >= 30, true);
  await clock.advance(30_000);
  gate.release(await patient);
  assertEquals(clock.timers, 0);
});

Deno.test("acquire() with maxWaitMs refuses at once behind many slow holders, none where they are quick", async () => {
  const clock = new FakeClock();
  using gate = new HostGate({ clock });
  const limits = { concurrency: 2, delayMs: 0 };
  const hold = async (ms: number) => {
    const ticket = await gate.acquire("a", limits);
    const keep = await gate.acquire("a", limits);
    await clock.advance(ms);
    gate.release(ticket);
    return keep;
  };
  const keep = await hold(40);
  ask(gate, "a", 1, limits);
  assertEquals(await deferrals(gate, clock, 24, limits), []);
  gate[Symbol.dispose]();
  gate.release(keep);

  using slow = new HostGate({ clock });
  const [one, two] = [await slow.acquire("a", limits), await slow.acquire("a", limits)];
  await clock.advance(3000);
  slow.release(one);
  slow.release(await slow.acquire("a", limits, { maxWaitMs: 1000 }));
  ask(slow, "a", 1, limits);
  assertEquals((await deferrals(slow, clock, 2, limits)).length, 2);
  slow.release(two);
});

Deno.test("a host that refuses is asked by fewer at once, whoever asks, and the report says so", async () => {
  const clock = new FakeClock();
  using gate = new HostGate({ clock, maxBackoffMs: 10_000 });
  const limits = { concurrency: 4, delayMs: 0 };
  const tickets = await Promise.all([1, 2, 3, 4].map(() => gate.acquire("host:a.example", limits)));
  ask(gate, "host:a.example", 1, limits);
  for (const ticket of tickets) gate.release(ticket, { outcome: "refused", backoffMs: 86_400_000 });
  assertEquals(gate.report(), [
    { host: "a.example", held: 0, waiting: 1, concurrency: 2, delayMs: 0, leftAloneUntilMs: 10_000 },
  ]);
  const refused = gate.acquire("host:a.example", limits, { maxWaitMs: 1000 });
  await assertRejects(() => refused, Error, "left alone");
  const granted = ask(gate, "host:a.example", 4, limits);
  await clock.advance(10_000);
  assertEquals(granted.length, 1); // and the one that waited first
  assertEquals(gate.report()[0]?.held, 2);
  // Keys that are no hosts are nobody's business.
  gate.release(await gate.acquire("robots:https://a.example", limits));
  assertEquals(gate.report().length, 1);
});

Deno.test("acquire() never undercuts what the site itself asks for", async () => {
  const clock = new FakeClock();
  using gate = new HostGate({ clock });
  const granted = ask(gate, "host:a", 2, { concurrency: 8, delayMs: 10 });
  const polite = ask(gate, "host:b", 2, { concurrency: 8, delayMs: 10, crawlDelayMs: 100 });
  await clock.advance(10);
  assertEquals([granted.length, polite.length], [2, 1]);
  await clock.advance(90);
  assertEquals(polite.length, 1); // one request after another
  gate.release(polite[0]!.ticket);
  await settle();
  assertEquals(polite.length, 2);
});
