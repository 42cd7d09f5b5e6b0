/** The service on a disk whose fsync takes 5 ms longer: does its event loop wait for the disk? */
import { output } from "../lib/output.ts";
import { number, printBound, quantile } from "../lib/stats.ts";
import { startService } from "../../tests/e2e/service_process.ts";
import { postLatenciesMs } from "./service_probe.ts";

const SHIM = new URL("../shim/slow_fsync.c", import.meta.url).pathname;
const BODY = JSON.stringify({ type: "test", input: { delay_s: 0 } });
const DURATION_S = 10;
const SLOWER_MS = 5;

interface Load {
  loopP99Ms: number;
  postP50Ms: number;
  postsPerS: number;
}

export async function benchSlowFsync(rounds: number): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "tutti-bench-shim-" });
  try {
    const library = `${folder}/slow_fsync.so`;
    await output("cc", ["-O2", "-shared", "-fPIC", "-o", library, SHIM, "-ldl"]);
    const asItIs: Load[] = [];
    const slower: Load[] = [];
    for (let round = 0; round < rounds; round++) {
      asItIs.push(await load({}));
      slower.push(await load({ LD_PRELOAD: library, SLOW_FSYNC_US: String(SLOWER_MS * 1000) }));
    }
    console.log("\nThe service under 32 callers that post tasks");
    for (const [what, loads] of [["as it is", asItIs], [`fsync +${SLOWER_MS} ms`, slower]] as const) {
      const shown = loads.map((one) =>
        `${number(one.postsPerS)}/s, p50 ${number(one.postP50Ms)} ms, loop p99 ${number(one.loopP99Ms)} ms`
      );
      console.log(`     ${what}: ${shown.join("; ")}`);
    }
    if (slower.some(({ postP50Ms }) => postP50Ms < SLOWER_MS)) {
      throw new Error(`a task was accepted in less than ${SLOWER_MS} ms: the shim is not at work`);
    }
    printBound(
      `event-loop delay p99, fsync +${SLOWER_MS} ms`,
      slower.map(({ loopP99Ms }) => loopP99Ms),
      "ms",
      10,
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function load(env: Record<string, string>): Promise<Load> {
  await using service = await startService({ env });
  const url = `${service.url}/api/tasks`;
  await postLatenciesMs(url, BODY, { callers: 32, durationMs: 3000 }); // its code and its sandboxes are up after that
  const samples = await postLatenciesMs(url, BODY, { callers: 32, durationMs: DURATION_S * 1000 });
  const { body } = await service.json<{ event_loop_delay_ms: { p99: number } }>(
    `/monitoring/metrics-summary?window_s=${DURATION_S}`,
  );
  return {
    loopP99Ms: body.event_loop_delay_ms.p99,
    postP50Ms: quantile(samples, 0.5),
    postsPerS: samples.length / DURATION_S,
  };
}
