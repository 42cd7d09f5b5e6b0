// BullMQ on a Redis given by port, on Node: `Queue.add` awaited by 32 callers at once, and no-op jobs end to end with
// one `Worker` at concurrency 16. A process of its own; prints one JSON line. Packages: package.json beside this file.
import { Queue, Worker } from "bullmq";
import { Redis } from "ioredis";

const [port, adds, jobs] = process.argv.slice(2).map(Number);
const connection = new Redis({ host: "127.0.0.1", port, maxRetriesPerRequest: null });
const input = { delay_s: 0 };

const addQueue = new Queue("adds", { connection });
await addQueue.waitUntilReady();
let left = adds;
let begun = performance.now();
await Promise.all(Array.from({ length: 32 }, async () => {
  while (left-- > 0) await addQueue.add("test", input);
}));
const addsPerS = adds / ((performance.now() - begun) / 1000);

const drainQueue = new Queue("drain", { connection });
for (let i = 0; i < jobs; i += 1000) {
  await drainQueue.addBulk(
    Array.from({ length: Math.min(1000, jobs - i) }, () => ({ name: "test", data: input })),
  );
}
let done = 0;
begun = performance.now();
await new Promise((resolve) => {
  const worker = new Worker("drain", () => Promise.resolve({ slept_s: 0 }), {
    connection: connection.duplicate(),
    concurrency: 16,
  });
  worker.on("completed", () => {
    if (++done === jobs) resolve();
  });
});
console.log(JSON.stringify({ addsPerS, drainPerS: jobs / ((performance.now() - begun) / 1000) }));
process.exit(0);
