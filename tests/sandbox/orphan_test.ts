import { assert, assertEquals } from "@std/assert";
import { isAlive } from "./make.ts";

const program = new URL("../fixtures/hostile/spinning_service.ts", import.meta.url);

async function assertGone(pids: number[]): Promise<void> {
  for (let waitedMs = 0; waitedMs < 5000 && pids.some(isAlive); waitedMs += 50) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assertEquals(pids.filter(isAlive), []);
}

Deno.test("children, a spinning one too, go when their service is killed with SIGKILL", async () => {
  const service = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "-A", program.pathname],
    stdout: "piped",
  }).spawn();
  const reader = service.stdout.getReader();
  const pids: number[] = JSON.parse(new TextDecoder().decode((await reader.read()).value));
  assert(pids.length >= 2 && pids.every(isAlive));
  service.kill("SIGKILL");
  await service.status;
  await reader.cancel();
  await assertGone(pids);
});

Deno.test("children, a spinning one too, live as long as their Web Worker and go with it", async () => {
  const worker = new Worker(program, { type: "module" });
  const pids: number[] = JSON.parse(
    await new Promise((resolve) => worker.onmessage = ({ data }) => resolve(data)),
  );
  await new Promise((resolve) => setTimeout(resolve, 500));
  assert(pids.length >= 2 && pids.every(isAlive));
  worker.terminate();
  await assertGone(pids);
});
