import { best, printRatios, spread } from "../lib/stats.ts";
import type { Field } from "./contestants.ts";
import { columns, type Entry, entry, race } from "./rounds.ts";

type Rates = Record<string, number>;
interface ByConcurrency {
  byConcurrency: Rates;
}

const COUNT = 20_000;

/** No-op tasks end to end per second, each contestant at the best of its settings. */
export async function benchDrain(field: Field, rounds: number): Promise<void> {
  const at = (concurrency: number[]) => ({ count: COUNT, concurrency });
  const own = entry<ByConcurrency>(field.ours, "drain", at([16, 64, 256]));
  const everysec = entry<ByConcurrency>(field.everysec, "drain", at([16, 50, 100, 200]));
  const always = entry<ByConcurrency>(field.always, "drain", at([16, 50, 100, 200]));
  const graphile = entry<ByConcurrency>(field.graphile, "drain", at([24, 50, 100, 200]));
  const boss = entry<{ byBatchSize: Rates }>(field.pgBoss, "drain", { count: COUNT, batchSizes: [100, 500] });
  const plain = field.plainjob && entry<{ perS: number }>(field.plainjob, "drain", { count: COUNT });
  const informational: Entry<unknown>[] = [boss, ...(plain ? [plain] : [])];
  await race([own, everysec, always, graphile, ...informational], {
    rounds,
    mayFail: new Set(informational),
  });

  console.log(`\nNo-op tasks end to end, ${COUNT.toLocaleString("en")} a round, tasks/s, median (min-max)`);
  const show = (one: Entry<unknown>, rows: Rates[], setting: string) => {
    for (const [value, rates] of Object.entries(columns(rows))) {
      console.log(`     ${one.contestant.name}, ${setting}${value}: ${spread(rates)}`);
    }
  };
  const concurrent = (one: Entry<ByConcurrency>) => one.results.map((result) => result.byConcurrency);
  show(own, concurrent(own), "two Web Workers, each up to ");
  show(everysec, concurrent(everysec), "concurrency ");
  show(always, concurrent(always), "concurrency ");
  show(graphile, concurrent(graphile), "batched, concurrency ");
  show(boss, boss.results.map((result) => result.byBatchSize), "batch ");
  if (plain) show(plain, plain.results.map(({ perS }) => ({ "": perS })), "one at a time");

  const top = best(columns(concurrent(own)));
  const ratio = (peer: Entry<ByConcurrency>, target: number) => {
    const theirs = best(columns(concurrent(peer)));
    const what = `${peer.contestant.name}, best at ${theirs.name} (ours at ${top.name})`;
    return { what, ours: top.rates, peer: theirs.rates, unit: "tasks/s", target };
  };
  printRatios("No-op tasks end to end through Web Workers, fsynced, beside", [
    ratio(everysec, 2),
    ratio(always, 2),
    ratio(graphile, 1),
  ]);
}
