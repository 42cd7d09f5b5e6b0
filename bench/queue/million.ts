/** What a queue of a million waiting tasks costs: adding, claiming, starting, memory, and the status route. */
import { median, number, printBound, printRatios, quantile, spread } from "../lib/stats.ts";
import { type ServiceProcess, startService } from "../../tests/e2e/service_process.ts";
import { ours } from "./contestants.ts";
import { httpLatenciesMs, rssMb } from "./service_probe.ts";

const WAITING = 1_000_000;
const COUNT = 10_000;

interface Million {
  fillPerS: number;
  addsShort: number[];
  addsLong: number[];
  drainsShort: number[];
  drainsLong: number[];
}

export async function benchMillion(rounds: number): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "tutti-bench-million-" });
  try {
    const settings = { folder, count: COUNT, behind: WAITING, rounds };
    const rates = await ours.measure<Million>("million", settings);
    console.log(`\n1,000,000 waiting tasks (accepted at ${number(rates.fillPerS)}/s)`);
    printRatios("Beside the empty queue, both in one process", [
      {
        what: "enqueue, awaited by 100 callers",
        ours: rates.addsLong,
        peer: rates.addsShort,
        unit: "tasks/s",
        target: 1 / 1.3,
      },
      {
        what: "claim and work off",
        ours: rates.drainsLong,
        peer: rates.drainsShort,
        unit: "tasks/s",
        target: 1 / 1.3,
      },
    ]);
    await measureService(folder, rounds);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The service on that file: paused as it was left, then at work. */
async function measureService(folder: string, rounds: number): Promise<void> {
  const starts: number[] = [];
  const memory: number[] = [];
  const statusP99: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const begun = performance.now();
    await using service = await startService({ folder });
    await ready(service);
    starts.push(performance.now() - begun);
    statusP99.push(quantile(await statusMs(service), 0.99));
    memory.push(await rssMb(service.pid));
  }
  await using service = await startService({ folder });
  await service.json("/api/queue/resume", { method: "POST" });
  const busy = await statusMs(service);
  await new Promise((resolve) => setTimeout(resolve, 3000));
  const busyMb = await rssMb(service.pid);
  await service.json("/api/queue/pause", { method: "POST" });

  printBound("start of the service, spawn to 200 on /health/ready", starts, "ms", 2000);
  printBound("memory of the service, waiting", memory, "MB", 250);
  printBound("memory of the service, at work", [busyMb], "MB", 250);
  printBound("GET /api/tasks/queue/status, p99", statusP99, "ms", 5);
  console.log(
    `     GET /api/tasks/queue/status while the queue is worked off: p50 ${spread([median(busy)])}, ` +
      `p99 ${spread([quantile(busy, 0.99)])} ms`,
  );
}

async function ready(service: ServiceProcess): Promise<void> {
  while ((await service.json("/health/ready")).status !== 200) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const statusMs = (service: ServiceProcess) => httpLatenciesMs(`${service.url}/api/tasks/queue/status`, 500);
