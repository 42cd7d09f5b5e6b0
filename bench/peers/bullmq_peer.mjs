// BullMQ on a Redis given by port, on Node; a process of its own. Packages: package.json beside this file.
import { Queue, Worker } from "bullmq";
import { Redis } from "ioredis";
import { action, answer, bulkPerS, oneAtATime, ratePerS, settings, stopwatch } from "./lib.mjs";

const connection = new Redis({ host: "127.0.0.1", port: settings.port, maxRetriesPerRequest: null });
const input = { delay_s: 0 };
const jobs = (count, opts) => Array.from({ length: count }, () => ({ name: "test", data: input, opts }));

async function newQueue(name) {
  const queue = new Queue(name, { connection });
  await queue.waitUntilReady();
  return queue;
}

const actions = {
  /** Adds awaited one by one by each number of callers, then `addBulk` by the thousand; per second. */
  async enqueue({ count, callers }) {
    const queue = await newQueue("adds");
    await ratePerS(2000, 32, () => queue.add("test", input)); // warm
    const byCallers = {};
    for (const n of callers) byCallers[n] = await ratePerS(count, n, () => queue.add("test", input));
    await bulkPerS(2000, (n) => queue.addBulk(jobs(n)));
    return { byCallers, bulk: await bulkPerS(count, (n) => queue.addBulk(jobs(n))) };
  },

  /** No-op jobs end to end with one `Worker` at each concurrency; per second. */
  async drain({ count, concurrency }) {
    const byConcurrency = {};
    for (const n of concurrency) {
      const queue = await newQueue(`drain-${n}`);
      await bulkPerS(count, (some) => queue.addBulk(jobs(some)));
      const watch = stopwatch(count);
      const worker = new Worker(queue.name, () => {
        watch.started();
        return Promise.resolve({ slept_s: 0 });
      }, { connection: connection.duplicate(), concurrency: n });
      worker.on("completed", () => watch.ended());
      byConcurrency[n] = await watch.perS;
      await worker.close();
    }
    return { byConcurrency };
  },

  /**
   * From `add` to the start of the processor in ms, one at a time; `behind` jobs of a lower priority are put before
   * them and worked on meanwhile. Stops early where those run out.
   */
  async latency({ count, behind }) {
    const queue = await newQueue("latency");
    if (behind > 0) await bulkPerS(behind, (n) => queue.addBulk(jobs(n, { priority: 10 })));
    const started = new Map();
    let waiting = behind;
    const worker = new Worker(queue.name, (job) => {
      if (job.name === "test") waiting--;
      else started.get(job.name)();
      return Promise.resolve({ slept_s: 0 });
    }, { connection: connection.duplicate(), concurrency: 16 });
    await worker.waitUntilReady();
    const opts = behind > 0 ? { priority: 1 } : undefined;
    const send = (i, startedNow) => {
      started.set(`probe-${i}`, startedNow);
      return queue.add(`probe-${i}`, input, opts);
    };
    if (behind === 0) await oneAtATime(100, (i, startedNow) => send(`warm${i}`, startedNow));
    const samples = [];
    while (samples.length < count && (behind === 0 || waiting > 5000)) {
      samples.push(...await oneAtATime(1, (_, startedNow) => send(samples.length, startedNow)));
    }
    return { samples };
  },
};

answer(await actions[action](settings));
