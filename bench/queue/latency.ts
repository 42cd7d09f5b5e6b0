import { median, printBound, quantile, spread } from "../lib/stats.ts";
import type { Field } from "./contestants.ts";
import { type Entry, entry, race } from "./rounds.ts";

interface Samples {
  samples: number[];
}

const COUNT = 1000;
const BEHIND = 100_000;
/** As close to what 99 of 100 had as so many samples tell. */
const P99 = 0.99;

/**
 * From the call that enqueues to the task's first line, in ms, one task at a time: on an idle queue, and of an urgent
 * task while 100,000 others of a lower priority wait and are being worked off as fast as they can be.
 */
export async function benchLatency(field: Field, rounds: number): Promise<void> {
  const idle = { count: COUNT, behind: 0 };
  const urgent = { count: COUNT, behind: BEHIND };
  const own = entry<Samples>(field.ours, "latency", idle);
  const ownUrgent = entry<Samples>(field.ours, "latency", urgent);
  const theirs = entry<Samples>(field.everysec, "latency", idle);
  const theirsUrgent = entry<Samples>(field.everysec, "latency", urgent);
  const graphile = entry<Samples>(field.graphile, "latency", idle);
  await race([own, theirs, graphile, ownUrgent, theirsUrgent], { rounds, mayFail: new Set([graphile]) });

  console.log("\nEnqueue to start, ms, median (min-max) of the rounds");
  const p = (one: Entry<Samples>, share: number) =>
    one.results.map(({ samples }) => quantile(samples, share));
  const show = (what: string, one: Entry<Samples>) => {
    if (one.results.length === 0) return;
    const least = Math.min(...one.results.map(({ samples }) => samples.length));
    console.log(
      `     ${one.contestant.name}, ${what}: p50 ${spread(p(one, 0.5))}, p99 ${spread(p(one, P99))}` +
        (least < COUNT ? ` (at least ${least} samples: the others had run out)` : ""),
    );
  };
  show("idle", own);
  show("idle", theirs);
  show("idle, no local queue", graphile);
  show(`urgent, ${BEHIND.toLocaleString("en")} others`, ownUrgent);
  show(`urgent, ${BEHIND.toLocaleString("en")} others`, theirsUrgent);
  printBound("enqueue to start, idle, p99", p(own, P99), "ms", 1.5);
  printBound("the same, urgent, p99, at most twice idle", p(ownUrgent, P99), "ms", 2 * median(p(own, P99)));
}
