/**
 * The service under a mixed load for a while: `deno task bench soak`, `BENCH_SOAK_MIN` minutes (10). 500 tasks a second
 * over HTTP: plain ones, priorities, delays, some that take their time, batches, cancels. Looks at `/health` as a probe
 * does and at the memory, and at the end whether the books balance with what the client was told.
 */
import { type ServiceProcess, startService } from "../tests/e2e/service_process.ts";
import { median, number, printBound, quantile } from "./lib/stats.ts";
import { rssMb } from "./queue/service_probe.ts";
import { MixedLoad } from "./queue/mixed_load.ts";

const TASKS_PER_S = 500;
const PROBE_EVERY_MS = 100;
const MEMORY_EVERY_MS = 1000;
/** Growth of the memory from the first minute to the end that is still called flat. */
const FLAT = 1.1;
/** How long what still waits at the end of the load may take. */
const REST_MS = 60_000;

interface Books {
  accepted: number;
  removed?: number;
  counts: Record<"queued" | "delayed" | "running" | "completed" | "failed" | "cancelled", number>;
}

export async function benchSoak(): Promise<void> {
  const minutes = Number(Deno.env.get("BENCH_SOAK_MIN") ?? 10);
  const durationMs = minutes * 60_000;
  const firstMs = Math.min(60_000, durationMs / 4);
  await using service = await startService();
  const load = new MixedLoad(service.url, { tasksPerS: TASKS_PER_S });
  const health: number[] = [];
  const memory: { atMs: number; mb: number }[] = [];
  const begun = performance.now();
  const running = () => performance.now() - begun < durationMs;
  await Promise.all([
    load.run({ durationMs }),
    every(PROBE_EVERY_MS, running, async () => {
      health.push(await healthMs(service));
    }),
    every(MEMORY_EVERY_MS, running, async () => {
      memory.push({ atMs: performance.now() - begun, mb: await rssMb(service.pid) });
    }),
  ]);
  const books = await atRest(service);

  const around = (fromMs: number, toMs: number) =>
    median(memory.filter(({ atMs }) => atMs >= fromMs && atMs <= toMs).map(({ mb }) => mb));
  const first = around(firstMs - 5000, firstMs + 5000);
  const last = around(durationMs - 10_000, durationMs);
  const { told } = load;
  console.log(
    `\nSoak: ${minutes} min, ${
      number(told.accepted / (minutes * 60))
    } tasks/s accepted (wanted ${TASKS_PER_S}), ` +
      `${number(told.requests)} requests, ${told.refused} refused; most memory ${
        number(Math.max(...memory.map(({ mb }) => mb)))
      } MB`,
  );
  for (const failure of told.failures.slice(0, 5)) console.log(`     ${failure}`);
  printBound(
    `memory at the end, beside ${number(first)} MB after ${firstMs / 1000} s`,
    [last],
    "MB",
    first * FLAT,
  );
  printBound(
    `GET /health under the load, p99 (p50 ${number(quantile(health, 0.5))} ms, most ${
      number(Math.max(...health))
    } ms)`,
    [quantile(health, 0.99)],
    "ms",
    20,
  );
  const problems = wrongBooks(books, told);
  console.log(
    problems.length === 0
      ? `ok   the books balance: ${number(told.accepted)} accepted, ${
        number(books.counts.completed)
      } completed, ` +
        `${number(books.counts.cancelled)} cancelled, 0 failed`
      : `MISS the books: ${problems.join("; ")}`,
  );
}

async function every(ms: number, going: () => boolean, once: () => Promise<void>): Promise<void> {
  while (going()) {
    await once();
    await new Promise((resolve) => setTimeout(resolve, ms));
  }
}

async function healthMs(service: ServiceProcess): Promise<number> {
  const begun = performance.now();
  const response = await fetch(`${service.url}/health`);
  await response.arrayBuffer();
  if (response.status !== 200) throw new Error(`/health answered ${response.status} under the load`);
  return performance.now() - begun;
}

async function atRest(service: ServiceProcess): Promise<Books> {
  const until = performance.now() + REST_MS;
  while (true) {
    const { body } = await service.json<Books>("/api/tasks/queue/status");
    const { queued, delayed, running } = body.counts;
    if (queued + delayed + running === 0 || performance.now() > until) return body;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

function wrongBooks({ accepted, removed = 0, counts }: Books, told: MixedLoad["told"]): string[] {
  const problems: string[] = [];
  const same = (what: string, is: number, should: number) => {
    if (is !== should) problems.push(`${what}: ${is} where ${should} were expected`);
  };
  same("accepted", accepted + removed, told.accepted);
  same("sum of all statuses", Object.values(counts).reduce((a, b) => a + b, 0), accepted);
  same("waiting or running", counts.queued + counts.delayed + counts.running, 0);
  same("failed", counts.failed, 0);
  if (removed === 0) same("cancelled", counts.cancelled, told.cancelled);
  return problems;
}

if (import.meta.main) await benchSoak();
