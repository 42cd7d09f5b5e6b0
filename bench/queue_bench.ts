/**
 * The queue in process, fsync on: `deno run -A bench/queue_bench.ts [tasks] [rounds]`.
 * Each figure is the median of the rounds, each round on a new file.
 */
import { SqliteTaskStore } from "../src/queue/adapters/sqlite_task_store.ts";
import { QueueService } from "../src/queue/mod.ts";
import type { TaskTypes } from "../src/queue/mod.ts";
import { FakePool } from "../tests/fakes/fake_pool.ts";

const TASKS = Number(Deno.args[0] ?? 20_000);
const ROUNDS = Number(Deno.args[1] ?? 5);
const CALLERS = 32;
const INPUT = { url: "https://example.org/a/product/12345" };

const types: TaskTypes = {
  names: () => ["noop"],
  get: (name) =>
    name === "noop"
      ? { load: "io", validate: (input) => ({ ok: true, json: JSON.stringify(input) }) }
      : undefined,
};

async function timed(work: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await work();
  return TASKS / (performance.now() - started) * 1000;
}

async function round(): Promise<Record<string, number>> {
  const folder = await Deno.makeTempDir({ prefix: "tutti-bench-" });
  const store = new SqliteTaskStore({ path: `${folder}/queue.db` });
  const outcome = { kind: "completed", resultJson: "{}", runMs: 0 } as const;
  const service = new QueueService({
    store,
    types,
    pool: (events) => new FakePool(events, { io: 64, handler: () => outcome }),
  });
  const { promise: drained, resolve } = Promise.withResolvers<void>();
  let ended = 0;
  service.subscribe(({ status }) => {
    if (status === "completed" && ++ended === 2 * TASKS) resolve();
  });
  try {
    const awaited = await timed(async () => {
      let left = TASKS;
      await Promise.all(Array.from({ length: CALLERS }, async () => {
        while (left-- > 0) await service.enqueue({ type: "noop", input: INPUT });
      }));
    });
    const bulk = await timed(async () => {
      for (let done = 0; done < TASKS; done += 1000) {
        const inputs = Array.from({ length: Math.min(1000, TASKS - done) }, () => INPUT);
        await service.enqueueBatch({ type: "noop", inputs, maxConcurrent: 10_000 });
      }
    });
    const drain = 2 * await timed(async () => {
      service.start();
      await drained;
    });
    const problems = store.verifyBooks();
    if (problems.length > 0) throw new Error(`The books do not balance: ${problems.join("; ")}`);
    return {
      [`enqueue, awaited by ${CALLERS} callers`]: awaited,
      "enqueue in batches of 1000": bulk,
      "drain through a fake pool, 64 in hand": drain,
    };
  } finally {
    await service.stop();
    await service.close();
    await store.close();
    await Deno.remove(folder, { recursive: true });
  }
}

const rounds: Record<string, number>[] = [];
for (let i = 0; i < ROUNDS; i++) rounds.push(await round());
console.log(`${TASKS} tasks a figure, medians of ${ROUNDS} rounds, per second:`);
for (const name of Object.keys(rounds[0]!)) {
  const sorted = rounds.map((one) => one[name]!).sort((a, b) => a - b);
  const [least, median, most] = [sorted[0]!, sorted[Math.floor(sorted.length / 2)]!, sorted.at(-1)!];
  const shown = [median, least, most].map((n) => Math.round(n).toLocaleString("en"));
  console.log(`  ${name.padEnd(40)} ${shown[0]!.padStart(9)}   (${shown[1]} to ${shown[2]})`);
}
