import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { DAY, type Firing, MINUTE, ScheduleWorld, SECOND, spec } from "./schedules_fixture.ts";

/** A timer may be so late without anybody being at fault; the service looks at the clocks once a second. */
const TICK_MS = 1 * SECOND;

const SCHEDULES = [
  { id: "cron_skip", cron: "*/5 * * * *", ifMissed: "skip" },
  { id: "cron_once", cron: "2-57/5 * * * *", ifMissed: "run_once" },
  { id: "every_skip", everyS: 100, ifMissed: "skip" },
  { id: "every_once", everyS: 260.5, ifMissed: "run_once" },
] as const;

function gapMsOf(id: string): number {
  const { everyS } = SCHEDULES.find((one) => one.id === id) as { everyS?: number };
  return everyS === undefined ? 5 * MINUTE : everyS * SECOND;
}

type Move =
  | { kind: "pass"; ms: number }
  | { kind: "step"; ms: number }
  | { kind: "crash"; write: number; before: boolean; afterMs: number }
  | { kind: "kill" }
  | { kind: "restart" };

const move: fc.Arbitrary<Move> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant("pass"), ms: fc.integer({ min: 1, max: 11 * MINUTE }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("pass"), ms: fc.integer({ min: 1, max: 3 * SECOND }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("step"),
      ms: fc.constantFrom(DAY, -DAY, 30 * SECOND, -30 * SECOND, -4 * MINUTE, -700),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("crash"),
      write: fc.integer({ min: 1, max: 4 }),
      before: fc.boolean(),
      afterMs: fc.integer({ min: 0, max: 3 * MINUTE }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("kill") }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("restart") }) },
) as fc.Arbitrary<Move>;

/** Plays moves on a world and keeps what the rules need to know of its history. */
class History {
  readonly world = new ScheduleWorld("2026-05-04T12:00:30Z");
  /** Of the last thing that may silence a schedule for a while: a step, an end, a start. */
  #calmFromMonoMs = this.world.monoMs;
  /** The clock was set and no process had the time to write down what that means for an interval. */
  readonly blurs: number[] = [];
  readonly #stepsMonoMs: number[] = [-Infinity];

  async begin(): Promise<void> {
    await this.world.service.start();
    for (const one of SCHEDULES) await this.world.service.put(spec(one));
  }

  async play(move: Move): Promise<void> {
    const { world } = this;
    const { table } = world;
    switch (move.kind) {
      case "pass":
        await this.#pass(move.ms);
        break;
      case "step":
        if (table.crashed) this.blurs.push(world.monoMs);
        world.step(move.ms);
        this.#calmFromMonoMs = world.monoMs;
        this.#stepsMonoMs.push(world.monoMs);
        break;
      case "crash":
        if (!table.crashed) table.crashAt = { write: move.write, before: move.before };
        await this.#pass(move.afterMs);
        table.crashAt = undefined;
        break;
      case "kill":
        this.#ended();
        world.kill();
        break;
      case "restart":
        if (table.crashed) {
          this.#calmFromMonoMs = world.monoMs;
          await world.restart();
        }
    }
  }

  async #pass(ms: number): Promise<void> {
    let dead = this.world.table.crashed;
    // In pieces, so that the time of a crash is known well enough.
    for (let left = ms; left > 0; left -= TICK_MS * 5) {
      await this.world.pass(Math.min(left, TICK_MS * 5));
      if (!dead && this.world.table.crashed) this.#ended();
      dead = this.world.table.crashed;
      if (!dead) this.#notSilent();
    }
  }

  #ended(): void {
    const { monoMs } = this.world;
    if (monoMs - this.#stepsMonoMs.at(-1)! < 10 * TICK_MS) this.blurs.push(monoMs);
  }

  #notSilent(): void {
    const { monoMs, firings } = this.world;
    for (const { id } of SCHEDULES) {
      const last = firings.findLast(({ scheduleId }) => scheduleId === id)?.monoMs ?? -Infinity;
      const silentMs = monoMs - Math.max(last, this.#calmFromMonoMs);
      assert(silentMs <= 2 * gapMsOf(id) + 2 * TICK_MS, `${id} has been silent for ${silentMs} ms`);
    }
  }

  /** What must hold of the firings, whatever happened. */
  judge(): void {
    const { firings, errors } = this.world;
    assertEquals(errors, []);
    for (const { id } of SCHEDULES) {
      const mine = firings.filter(({ scheduleId }) => scheduleId === id);
      if (id.startsWith("cron")) this.#judgeCron(mine, id);
      else this.#judgeInterval(mine, id);
    }
  }

  #judgeCron(firings: Firing[], id: string): void {
    const lastOfSlot = new Map<number, Firing>();
    for (const firing of firings) {
      const { slotMs, wallMs, monoMs } = firing;
      assertEquals(slotMs % (5 * MINUTE), id === "cron_skip" ? 0 : 2 * MINUTE);
      assert(wallMs >= slotMs, `${id} fired ${slotMs - wallMs} ms early`);
      // A slot that came between a step and the next look at the clock is as late as the step says.
      const clear = !this.#stepsMonoMs.some((step) => step <= monoMs && monoMs - step <= TICK_MS);
      if (id === "cron_skip" && clear) {
        assert(wallMs - slotMs <= MINUTE + TICK_MS, `${id} fired a slot it should skip`);
      }
      const before = lastOfSlot.get(slotMs)?.monoMs ?? -Infinity;
      assert(monoMs - before >= gapMsOf(id) / 2, `${id} fired a slot again after ${monoMs - before} ms`);
      lastOfSlot.set(slotMs, firing);
    }
  }

  #judgeInterval(firings: Firing[], id: string): void {
    for (const [i, { monoMs }] of firings.entries()) {
      const before = firings[i - 1]?.monoMs ?? -Infinity;
      if (this.blurs.some((blur) => blur >= before && blur <= monoMs)) continue;
      assert(monoMs - before >= gapMsOf(id) - TICK_MS, `${id} fired again after ${monoMs - before} ms`);
    }
  }
}

Deno.test("ScheduleService: no slot twice, no interval early, nobody silent, whatever is set, killed and restarted", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(move, { minLength: 1, maxLength: 14 }), async (moves) => {
      const history = new History();
      await history.begin();
      for (const one of moves) await history.play(one);
      await history.play({ kind: "restart" });
      await history.play({ kind: "pass", ms: 11 * MINUTE });
      history.judge();
    }),
    { numRuns: Number(Deno.env.get("SCHEDULE_RUNS") ?? 80) },
  );
});
