import { NO_INDEX_WORK } from "../src/search/off.ts";
import { WebWorkerPool } from "../src/workers/mod.ts";
import type { Attempt, WorkerServices } from "../src/workers/port.ts";

/** No-op attempts through real workers, driven directly: `deno run -P=bench bench/pool_bench.ts`. */

const ATTEMPTS = 20_000;
const ROUNDS = 5;
const none: WorkerServices = {
  cacheGet: () => Promise.resolve(undefined),
  cacheSet: () => Promise.resolve(),
  cacheDelete: () => Promise.resolve(false),
  hostAcquire: () => Promise.resolve(0),
  hostRelease: () => Promise.resolve(),
  brandScrape: () => Promise.resolve(undefined),
  render: () => Promise.reject(new Error("there is no browser")),
  startCrawl: () => Promise.reject(new Error("there are no crawls")),
  ...NO_INDEX_WORK,
  log: () => {},
};

function makePool(workers: number): WebWorkerPool {
  return new WebWorkerPool({
    workers,
    concurrency: 16,
    init: {
      testEndpoints: true,
      resultMaxBytes: 1 << 20,
      sandbox: {
        userAgent: "bench",
        heapMb: 128,
        rssMb: 512,
        cpuMs: 2000,
        maxUses: 100,
        ports: [80],
        allowPrivateHosts: [],
      },
      scrape: { timeoutMs: 1000 },
      warmSandbox: false,
    },
    services: none,
    loadOf: () => "io",
  });
}

let token = 0;
function attempt(): Attempt {
  const n = ++token;
  return {
    taskId: `t${n}`,
    token: n,
    type: "test",
    inputJson: "{}",
    attempt: 1,
    timeoutMs: 60_000,
    exclusive: false,
  };
}

/** Keeps the pool full until `count` attempts have ended; seconds it took. */
function drain(pool: WebWorkerPool, count: number): Promise<number> {
  const begun = performance.now();
  let given = 0;
  let ended = 0;
  return new Promise((resolve) => {
    const fill = () => {
      const room = Math.min(pool.capacity().io, count - given);
      if (room <= 0) return;
      given += room;
      pool.run(Array.from({ length: room }, attempt));
    };
    pool.listen({
      onSettled: () => {
        if (++ended === count) resolve((performance.now() - begun) / 1000);
      },
      onProgress: () => {},
      onCapacity: fill,
    });
    fill();
  });
}

const median = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1]!;

for (const workers of [1, 2, 4]) {
  const begun = performance.now();
  const pool = makePool(workers);
  await pool.start();
  const startMs = performance.now() - begun;
  const firstBegun = performance.now();
  await drain(pool, 1);
  const firstMs = performance.now() - firstBegun;
  await drain(pool, ATTEMPTS);
  const rates: number[] = [];
  for (let round = 0; round < ROUNDS; round++) rates.push(ATTEMPTS / await drain(pool, ATTEMPTS));
  console.log(
    `${workers} workers: ready after ${startMs.toFixed(0)} ms, first attempt ${firstMs.toFixed(1)} ms, ` +
      `${Math.round(median(rates))} no-op attempts/s (median of ${ROUNDS})`,
  );
  await pool.stop({ graceMs: 0 });
}
