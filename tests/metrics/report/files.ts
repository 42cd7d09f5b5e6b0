import { JsonlSink } from "../../../src/metrics/adapters/jsonl_sink.ts";
import { Recorder } from "../../../src/metrics/recorder.ts";
import { request, task } from "../fixtures.ts";

export const DAY = Date.UTC(2026, 0, 31);

/** A folder of the test's own. */
export async function temporaryFolder(): Promise<AsyncDisposable & { path: string }> {
  const path = await Deno.makeTempDir({ prefix: "tutti-metrics-" });
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

/** Writes lines as the service does, one each `stepMs` from `startMs` on: every fifth a task, the rest requests. */
export async function writeLines(
  folder: string,
  options: { startMs: number; count: number; stepMs: number; maxBytes?: number; keep?: number },
): Promise<void> {
  const { startMs, count, stepMs, maxBytes = 64 * 1024 * 1024, keep = 50 } = options;
  await using sink = new JsonlSink({ path: `${folder}/metrics.jsonl`, maxBytes, keep });
  let wallMs = startMs;
  const recorder = new Recorder({
    sink,
    clock: { wallMs: () => wallMs, monotonicMs: () => wallMs - startMs },
  });
  for (let i = 0; i < count; i++) {
    if (i % 5 === 4) {
      recorder.task(i % 10 === 9 ? task({ status: "failed", errorCode: "timeout", runMs: 300 }) : task());
    } else recorder.request(request({ durationMs: 1 + i % 4, status: i % 50 === 0 ? 500 : 200 }));
    wallMs += stepMs;
    if (i % 20_000 === 0) await sink.flush();
  }
}
