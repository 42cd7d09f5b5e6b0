import { best, printRatios, spread } from "../lib/stats.ts";
import type { Field } from "./contestants.ts";
import { columns, type Entry, entry, race } from "./rounds.ts";
import type { EnqueueRates } from "./ours.ts";

const COUNT = 20_000;
/** PostgreSQL takes some 1,500 single jobs a second here. */
const COUNT_SLOW = 3000;
const CALLERS = [32, 100, 256];

/** Tasks accepted per second: awaited one by one by many callers, and by the thousand. */
export async function benchEnqueue(field: Field, rounds: number): Promise<void> {
  const settings = { count: COUNT, callers: CALLERS };
  const slow = { count: COUNT_SLOW, callers: CALLERS };
  const own = entry<EnqueueRates>(field.ours, "enqueue", settings);
  const everysec = entry<EnqueueRates>(field.everysec, "enqueue", settings);
  const always = entry<EnqueueRates>(field.always, "enqueue", settings);
  const graphile = entry<EnqueueRates>(field.graphile, "enqueue", slow);
  const others = [graphile, entry<EnqueueRates>(field.pgBoss, "enqueue", slow)];
  if (field.plainjob) others.push(entry<EnqueueRates>(field.plainjob, "enqueue", settings));
  const all = [own, everysec, always, ...others];
  await race(all, { rounds, mayFail: new Set(others) });

  console.log("\nEnqueue, tasks/s, median (min-max)");
  for (const { contestant, results } of all) {
    for (const [callers, rates] of Object.entries(columns(results.map(({ byCallers }) => byCallers)))) {
      console.log(`     ${contestant.name}, awaited by ${callers} callers: ${spread(rates)}`);
    }
    if (results.length > 0) {
      console.log(`     ${contestant.name}, by the thousand: ${spread(results.map(({ bulk }) => bulk))}`);
    }
  }
  const single = (one: Entry<EnqueueRates>) => best(columns(one.results.map(({ byCallers }) => byCallers)));
  const beside = (peer: Entry<EnqueueRates>) => {
    const [us, them] = [single(own), single(peer)];
    return [{
      what: `${peer.contestant.name}: awaited by ${us.name} callers (theirs ${them.name})`,
      ours: us.rates,
      peer: them.rates,
      unit: "tasks/s",
      target: 4,
    }, {
      what: `${peer.contestant.name}: by the thousand`,
      ours: own.results.map(({ bulk }) => bulk),
      peer: peer.results.map(({ bulk }) => bulk),
      unit: "tasks/s",
      target: 4,
    }];
  };
  printRatios("Durable enqueue (ours is on disk before it answers) beside", [
    ...beside(everysec),
    ...beside(always),
  ]);
}
