/**
 * Our side of `deno task bench queue`: a process of its own for each round, as the peers have; prints one JSON line.
 * Alone, while working on the queue: `deno run -P=bench --no-lock bench/queue/ours.ts drain '{"count":20000}'`.
 */
import { openQueue, type OurQueue } from "../lib/our_queue.ts";

const NO_OP = { type: "test", input: { delay_s: 0 } };
const WARM_UP = 2000;

export interface EnqueueRates {
  /** Per second, by number of callers that each await one task after the other. */
  byCallers: Record<string, number>;
  /** Per second, by the thousand. */
  bulk: number;
}

async function addOneByOne({ queue }: OurQueue, count: number, callers: number): Promise<number> {
  let left = count;
  const begun = performance.now();
  await Promise.all(Array.from({ length: callers }, async () => {
    while (left-- > 0) await queue.enqueue(NO_OP);
  }));
  return count / ((performance.now() - begun) / 1000);
}

async function addBulk({ queue }: OurQueue, count: number, priority?: number): Promise<number> {
  const begun = performance.now();
  for (let done = 0; done < count; done += 1000) {
    const inputs = Array.from({ length: Math.min(1000, count - done) }, () => NO_OP.input);
    await queue.enqueueBatch({ type: NO_OP.type, inputs, maxConcurrent: 1000, priority });
  }
  return count / ((performance.now() - begun) / 1000);
}

/** Tasks per second until `count` of those that wait have ended, and then until none is in hand. */
async function drain(ours: OurQueue, count: number): Promise<number> {
  const ended = ours.ended(ours.endedCount() + count);
  const begun = performance.now();
  await ours.queue.resume();
  const perS = count / ((await ended - begun) / 1000);
  await ours.queue.pause();
  while ((await ours.queue.status()).counts.running > 0) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return perS;
}

/** Milliseconds from the call of `enqueue` to the first line of the task in its worker. */
async function latencyOf({ queue }: OurQueue, priority?: number): Promise<number> {
  const begun = performance.timeOrigin + performance.now();
  const { taskId } = await queue.enqueue({ type: "bench.started_at", input: {}, priority });
  const task = await queue.waitForEnd(taskId, { waitMs: 30_000 });
  return (JSON.parse(task.resultJson!) as { at_ms: number }).at_ms - begun;
}

interface Settings {
  folder: string;
  count: number;
  callers: number[];
  /** Tasks in hand of one worker. */
  concurrency: number[];
  behind: number;
  rounds: number;
}

const actions: Record<string, (settings: Settings) => Promise<unknown>> = {
  enqueue: async ({ folder, count, callers }) => {
    await using ours = await openQueue(`${folder}/queue.db`);
    await addOneByOne(ours, WARM_UP, 32);
    const byCallers: Record<string, number> = {};
    for (const n of callers) byCallers[n] = await addOneByOne(ours, count, n);
    await addBulk(ours, WARM_UP);
    return { byCallers, bulk: await addBulk(ours, count) } satisfies EnqueueRates;
  },

  /** What a warm process does, as the peer's higher concurrencies are measured in one. */
  drain: async ({ folder, count, concurrency }) => {
    const byConcurrency: Record<string, number> = {};
    for (const n of concurrency) {
      await using ours = await openQueue(`${folder}/queue-${n}.db`, { concurrency: n });
      await ours.startWorkers();
      await ours.queue.pause();
      ours.queue.start();
      await addBulk(ours, WARM_UP);
      await drain(ours, WARM_UP);
      await addBulk(ours, count);
      byConcurrency[n] = await drain(ours, count);
    }
    return { byConcurrency };
  },

  latency: async ({ folder, count, behind }) => {
    await using ours = await openQueue(`${folder}/queue.db`);
    await ours.startWorkers();
    ours.queue.start();
    for (let i = 0; i < 100; i++) await latencyOf(ours);
    await ours.queue.pause();
    if (behind > 0) await addBulk(ours, behind, 5);
    await ours.queue.resume();
    const samples: number[] = [];
    const more = () => behind === 0 || ours.endedCount() - samples.length < 100 + behind - 5000;
    while (samples.length < count && more()) samples.push(await latencyOf(ours, behind > 0 ? 10 : undefined));
    await ours.queue.pause();
    return { samples };
  },

  /**
   * A queue of `behind` waiting tasks beside an empty one: adding and working off `count` of them, round by round.
   * Leaves the long one in `folder/data/queue.db`, paused.
   */
  million: async ({ folder, count, behind, rounds }) => {
    await Deno.mkdir(`${folder}/data`, { recursive: true });
    await using short = await openQueue(`${folder}/empty.db`);
    await using long = await openQueue(`${folder}/data/queue.db`);
    for (const ours of [short, long]) {
      await ours.startWorkers();
      await ours.queue.pause();
      ours.queue.start();
      await addOneByOne(ours, WARM_UP, 32);
      await drain(ours, WARM_UP);
    }
    const fillPerS = await addBulk(long, behind);
    const rates = { fillPerS, addsShort: [] as number[], addsLong: [] as number[] };
    const drains = { drainsShort: [] as number[], drainsLong: [] as number[] };
    for (let round = 0; round < rounds; round++) {
      rates.addsShort.push(await addOneByOne(short, count, 100));
      rates.addsLong.push(await addOneByOne(long, count, 100));
      drains.drainsShort.push(await drain(short, count));
      drains.drainsLong.push(await drain(long, count));
    }
    return { ...rates, ...drains };
  },
};

if (import.meta.main) {
  const defaults = { count: 20_000, callers: [32, 100, 256], concurrency: [16, 64], behind: 0, rounds: 3 };
  const settings: Partial<Settings> = JSON.parse(Deno.args[1] ?? "{}");
  const folder = settings.folder ?? await Deno.makeTempDir({ prefix: "tutti-bench-queue-" });
  try {
    const result = await actions[Deno.args[0]!]!({ ...defaults, ...settings, folder });
    console.log(JSON.stringify(result));
  } finally {
    if (settings.folder === undefined) await Deno.remove(folder, { recursive: true });
  }
}
