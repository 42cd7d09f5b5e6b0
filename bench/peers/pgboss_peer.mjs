// pg-boss on the PostgreSQL a connection string names, on Node: `insert` by the thousand, batches of the size given.
import { PgBoss } from "pg-boss";
import { action, answer, bulkPerS, ratePerS, settings, stopwatch } from "./lib.mjs";

const boss = new PgBoss({
  connectionString: settings.connection,
  max: 40,
  supervise: false,
  schedule: false,
});
boss.on("error", () => {});
await boss.start();
const data = { delay_s: 0 };
const jobs = (count) => Array.from({ length: count }, () => ({ data }));

const actions = {
  async enqueue({ count, callers }) {
    await boss.createQueue("adds");
    await ratePerS(1000, 32, () => boss.send("adds", data)); // warm
    const byCallers = {};
    for (const n of callers) byCallers[n] = await ratePerS(count, n, () => boss.send("adds", data));
    return { byCallers, bulk: await bulkPerS(count, (n) => boss.insert("adds", jobs(n))) };
  },

  /** No-op jobs with one worker that fetches anew as long as its batches come full, by batch size. */
  async drain({ count, batchSizes }) {
    const byBatchSize = {};
    for (const batchSize of batchSizes) {
      const name = `drain-${batchSize}`;
      await boss.createQueue(name);
      await bulkPerS(count, (n) => boss.insert(name, jobs(n)));
      const watch = stopwatch(count);
      await boss.work(
        name,
        { batchSize, pollingIntervalSeconds: 0.5, burstWhenBatchFull: true },
        (batch) => {
          watch.started();
          return Promise.resolve(watch.ended(batch.length));
        },
      );
      byBatchSize[batchSize] = await watch.perS;
      await boss.offWork(name);
    }
    return { byBatchSize };
  },
};

answer(await actions[action](settings));
