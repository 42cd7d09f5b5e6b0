/** From spawning `deno run -P=service main.ts` (Chroma off) to the first 200 on /health, as a client sees it. */
import { freePort } from "./lib/processes.ts";
import { median } from "./lib/stats.ts";

const ROOT = new URL("../", import.meta.url).pathname;

export async function benchStartup(runs = 7): Promise<void> {
  const times: number[] = [];
  for (let i = 0; i < runs; i++) times.push(await once());
  const value = median(times);
  console.log(
    `\n${value < 400 ? "ok  " : "MISS"} start to the first 200 on /health, Chroma off: median ${
      value.toFixed(0)
    } ms of ${runs} (target < 400 ms)`,
  );
}

async function once(): Promise<number> {
  const folder = await Deno.makeTempDir({ prefix: "tutti-startup-" });
  const port = freePort();
  const begun = performance.now();
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-P=service", "main.ts"],
    cwd: ROOT,
    env: {
      PORT: String(port),
      CHROMA_URL: "off",
      DATA_DIR: `${folder}/data`,
      CACHE_DIR: `${folder}/cache`,
      LOG_DIR: `${folder}/logs`,
    },
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  let elapsed = 0;
  while (elapsed === 0 && performance.now() - begun < 15_000) {
    try {
      const response = await fetch(`http://127.0.0.1:${port}/health`);
      await response.body?.cancel();
      if (response.status === 200) elapsed = performance.now() - begun;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
  child.kill("SIGTERM");
  await child.status;
  await Deno.remove(folder, { recursive: true });
  if (elapsed === 0) throw new Error("the service never answered");
  return elapsed;
}

if (import.meta.main) await benchStartup();
