/**
 * The queue as the service runs it (SQLite file, fsync before each answer, real Web Workers) beside BullMQ on a Redis of
 * its own (AOF, fsync every second), in one run: `enqueue` awaited by 32 callers, and no-op tasks end to end.
 * Programs: Debian package `redis-server`; Node and npm for BullMQ.
 */
import { loadConfig } from "../src/config/mod.ts";
import { workerInit } from "../src/app/worker_settings.ts";
import { builtInTasks } from "../src/app/built_in_tasks.ts";
import { SqliteTaskStore } from "../src/queue/adapters/sqlite_task_store.ts";
import { QueueService } from "../src/queue/mod.ts";
import { TaskRegistry, taskTypes } from "../src/tasks/mod.ts";
import { WebWorkerPool } from "../src/workers/mod.ts";
import { nodePeer, removeNodePeers } from "./lib/node_peer.ts";
import { startRedis } from "./lib/processes.ts";
import { median, printRatios } from "./lib/stats.ts";

const ROUNDS = 3;
const ENQUEUES = 20_000;
const TASKS = 20_000;

interface Rates {
  addsPerS: number;
  drainPerS: number;
}

export async function benchServiceQueue(): Promise<void> {
  const ours: Rates[] = [];
  const theirs: Rates[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    ours.push(await measureOurs());
    await using redis = await startRedis();
    theirs.push(await nodePeer<Rates>("bullmq_peer.mjs", [redis.port, ENQUEUES, TASKS]));
  }
  await removeNodePeers();
  printRatios(`Queue, median of ${ROUNDS} rounds of ${TASKS.toLocaleString("en")}`, [
    {
      what: "enqueue awaited by 32 callers, fsynced, beside BullMQ's Queue.add",
      ours: median(ours.map((r) => r.addsPerS)),
      peer: median(theirs.map((r) => r.addsPerS)),
      unit: "tasks/s",
      target: 2,
    },
    {
      what: "no-op tasks through Web Workers, fsynced, beside BullMQ at concurrency 16",
      ours: median(ours.map((r) => r.drainPerS)),
      peer: median(theirs.map((r) => r.drainPerS)),
      unit: "tasks/s",
      target: 1,
    },
  ]);
}

async function measureOurs(): Promise<Rates> {
  const folder = await Deno.makeTempDir({ prefix: "tutti-bench-queue-" });
  const config = loadConfig(() => undefined);
  const store = new SqliteTaskStore({ path: `${folder}/queue.db` });
  const types = taskTypes(new TaskRegistry(builtInTasks(config)));
  const pool = new WebWorkerPool({
    workers: Number(Deno.env.get("BENCH_WORKERS") ?? 2),
    concurrency: 16,
    loadOf: () => "io",
    init: { ...workerInit(config), warmSandbox: false },
    services: {
      cacheGet: () => Promise.resolve(undefined),
      cacheSet: () => Promise.resolve(),
      cacheDelete: () => Promise.resolve(false),
      hostAcquire: () => Promise.resolve(0),
      hostRelease: () => Promise.resolve(),
      log: () => {},
    },
  });
  const queue = new QueueService({
    store,
    types,
    pool: (events) => {
      pool.listen(events);
      return pool;
    },
  });
  let ended = 0;
  const done = Promise.withResolvers<void>();
  queue.subscribe((event) => {
    if (event.status === "completed" && ++ended === ENQUEUES + TASKS) done.resolve();
  });

  // Enqueue with nothing running, as the peer does.
  let left = ENQUEUES;
  let begun = performance.now();
  await Promise.all(Array.from({ length: 32 }, async () => {
    while (left-- > 0) await queue.enqueue({ type: "test", input: { delay_s: 0 } });
  }));
  const addsPerS = ENQUEUES / ((performance.now() - begun) / 1000);

  for (let i = 0; i < TASKS; i += 1000) {
    await queue.enqueueBatch({
      type: "test",
      inputs: Array.from({ length: 1000 }, () => ({ delay_s: 0 })),
      maxConcurrent: 1000,
    });
  }
  await pool.start();
  begun = performance.now();
  queue.start();
  await done.promise;
  const drainPerS = (ENQUEUES + TASKS) / ((performance.now() - begun) / 1000);
  await queue.stop();
  await pool.stop({ graceMs: 1000 });
  await queue.close();
  await store.close();
  await Deno.remove(folder, { recursive: true });
  return { addsPerS, drainPerS };
}

if (import.meta.main) await benchServiceQueue();
