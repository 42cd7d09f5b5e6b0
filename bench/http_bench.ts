/**
 * The service beside a bare Hono app and a FastAPI app, over HTTP on loopback, in one run.
 * Programs: Debian packages `wrk`, `python3-fastapi`, `uvicorn`.
 * Each round measures all of them one after the other; the medians over rounds are printed, and of each round's ratios.
 */
import { answers, freePort, startProgram } from "./lib/processes.ts";
import { printRatios } from "./lib/stats.ts";
import { wrk } from "./lib/wrk.ts";
import { startService } from "../tests/e2e/service_process.ts";

const here = import.meta.dirname!;

const TASK = JSON.stringify({ type: "test", input: { delay_s: 0 } });

export async function benchHttp(rounds = 3): Promise<void> {
  const barePort = freePort();
  await using _bare = await startProgram(
    // The config is named: the peers' package.json, for Node, would else be taken for it and knows no Hono.
    [
      ...[Deno.execPath(), "run", "--no-lock", "--config", `${here}/../deno.json`, "--allow-net"],
      ...[`${here}/peers/bare_hono.ts`, String(barePort)],
    ],
    { ready: () => answers(`http://127.0.0.1:${barePort}/health`) },
  );
  const apiPort = freePort();
  const metricsFile = await Deno.makeTempFile();
  await using _fastapi = await startProgram(
    ["uvicorn", "fastapi_app:app", "--port", String(apiPort), "--no-access-log", "--log-level", "warning"],
    {
      cwd: `${here}/peers`,
      env: { METRICS_FILE: metricsFile },
      ready: () => answers(`http://127.0.0.1:${apiPort}/health`),
    },
  );
  const rates: Record<"bare" | "fastapi" | "ours" | "barePost" | "ourPost" | "ourPostBusy", number[]> = {
    bare: [],
    fastapi: [],
    ours: [],
    barePost: [],
    ourPost: [],
    ourPostBusy: [],
  };
  for (let round = 0; round < rounds; round++) {
    // A service of its own each round, so that no round pays for the tasks of the one before it.
    await using service = await startService();
    // It starts its sandboxes in the background and its code is cold, while the peers have run since the first round.
    for (const url of [service.url, `http://127.0.0.1:${barePort}`]) {
      await wrk(`${url}/health`, { durationS: 2 });
    }
    rates.bare.push((await wrk(`http://127.0.0.1:${barePort}/health`)).requestsPerS);
    rates.ours.push((await wrk(`${service.url}/health`)).requestsPerS);
    rates.fastapi.push((await wrk(`http://127.0.0.1:${apiPort}/health`)).requestsPerS);
    rates.barePost.push((await wrk(`http://127.0.0.1:${barePort}/api/tasks`, { body: TASK })).requestsPerS);
    const busy = await wrk(`${service.url}/api/tasks`, { body: TASK });
    rates.ourPostBusy.push(busy.requestsPerS);
    await service.json("/api/queue/pause", { method: "POST" });
    const accepting = await wrk(`${service.url}/api/tasks`, { body: TASK });
    rates.ourPost.push(accepting.requestsPerS);
    if (busy.errors + accepting.errors > 0) {
      throw new Error("the service refused tasks: the numbers mean nothing");
    }
  }
  await Deno.remove(metricsFile);
  printRatios(`HTTP, 32 connections, median of ${rounds} rounds`, [
    {
      what: "GET /health, all middleware, beside bare Hono",
      ours: rates.ours,
      peer: rates.bare,
      unit: "req/s",
      target: 0.6,
    },
    {
      what: "GET /health beside FastAPI with a JSONL middleware",
      ours: rates.ours,
      peer: rates.fastapi,
      unit: "req/s",
      target: 15,
    },
    {
      what: "POST /api/tasks, fsynced, queue paused, beside bare Hono's POST",
      ours: rates.ourPost,
      peer: rates.barePost,
      unit: "req/s",
      target: 0.3,
    },
    {
      what: "POST /api/tasks while the pool runs them on the same cores",
      ours: rates.ourPostBusy,
      peer: rates.barePost,
      unit: "req/s",
      target: 0,
    },
  ]);
}

if (import.meta.main) await benchHttp(Number(Deno.args[0] ?? 3));
