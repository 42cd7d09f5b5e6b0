// graphile-worker on the PostgreSQL a connection string names, on Node, as its own performance test sets it up: jobs
// fetched into a local queue, completions and failures written in batches.
import { Logger, makeWorkerUtils, run } from "graphile-worker";
import pg from "pg";
import { action, answer, bulkPerS, oneAtATime, ratePerS, settings, stopwatch } from "./lib.mjs";

const silent = new Logger(() => () => {});
const pgPool = new pg.Pool({ connectionString: settings.connection, max: 40 });
pgPool.on("error", () => {});
pgPool.on("connect", (client) => client.on("error", () => {}));
const utils = await makeWorkerUtils({ pgPool, logger: silent });
await utils.migrate();
const payload = { delay_s: 0 };
const jobs = (count) => Array.from({ length: count }, () => ({ identifier: "test", payload }));

const start = (taskList, worker) =>
  run({ pgPool, taskList, noHandleSignals: true, logger: silent, preset: { worker } });

const batched = { completeJobBatchDelay: 0, failJobBatchDelay: 0 };

const actions = {
  async enqueue({ count, callers }) {
    await ratePerS(2000, 32, () => utils.addJob("test", payload)); // warm
    const byCallers = {};
    for (const n of callers) byCallers[n] = await ratePerS(count, n, () => utils.addJob("test", payload));
    return { byCallers, bulk: await bulkPerS(count, (n) => utils.addJobs(jobs(n))) };
  },

  /** By number of jobs at once, each with a local queue of twenty times as many. */
  async drain({ count, concurrency }) {
    const byConcurrency = {};
    for (const n of concurrency) {
      await bulkPerS(count, (some) => utils.addJobs(jobs(some)));
      await pgPool.query("ANALYZE graphile_worker._private_jobs");
      const watch = stopwatch(count);
      const runner = await start({ test: () => watch.started() }, {
        ...batched,
        concurrentJobs: n,
        localQueue: { size: 20 * n },
      });
      runner.events.on("job:complete", () => watch.ended());
      byConcurrency[n] = await watch.perS;
      await runner.stop();
    }
    return { byConcurrency };
  },

  /** Without the local queue, which trades latency for throughput. */
  async latency({ count }) {
    let startedNow;
    const runner = await start({ test: () => startedNow() }, { concurrentJobs: 16 });
    const send = (_, tell) => {
      startedNow = tell;
      return utils.addJob("test", payload);
    };
    await oneAtATime(50, send);
    const samples = await oneAtATime(count, send);
    await runner.stop();
    return { samples };
  },
};

answer(await actions[action](settings));
