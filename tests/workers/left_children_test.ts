import { assert, assertEquals } from "@std/assert";
import { LeftChildren } from "../../src/workers/left_children.ts";
import { isAlive } from "../sandbox/make.ts";
import { PoolHarness } from "./pool_harness.ts";

const DEFINE = new URL("../../src/mod.ts", import.meta.url).href;

async function assertGone(pid: number): Promise<void> {
  for (let waitedMs = 0; waitedMs < 5000 && isAlive(pid); waitedMs += 50) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert(!isAlive(pid), `process ${pid} lives`);
}

/** The pid a process task said it has, once it has said so. */
async function pidTold(h: PoolHarness): Promise<number> {
  for (let waitedMs = 0; waitedMs < 10_000; waitedMs += 20) {
    const told = h.progress.find(({ message }) => message === "pid");
    if (told !== undefined) return told.done;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error("The task told no pid");
}

Deno.test("pool ends the sandbox children of a worker whose thread spins and cannot be stopped", async () => {
  const tasksDir = await Deno.makeTempDir({ prefix: "tutti-tasks-" });
  await Deno.writeTextFile(
    `${tasksDir}/mine.ts`,
    `import { defineTask } from ${JSON.stringify(DEFINE)};
import { z } from "npm:zod@4.6.7";
const any = { input: z.object({}), output: z.any() };
export const stays = defineTask({ ...any, name: "stays", isolation: "process", run: (_input, ctx) => {
  ctx.progress(Deno.pid, Deno.pid, "pid");
  return new Promise((resolve) => setTimeout(resolve, 60_000));
} });
// Ten seconds, not for ever: the thread would outlive the test.
export const spins = defineTask({ ...any, name: "spins", run: () => {
  const until = Date.now() + 10_000;
  while (Date.now() < until);
} });
`,
  );
  try {
    await using h = await PoolHarness.start({ tasksDir, stallMs: 1000, abortGraceMs: 300 });
    const stays = h.run(h.attempt("stays"));
    const pid = await pidTold(h);
    assert(isAlive(pid));
    const spins = h.run(h.attempt("spins", {}, { timeoutMs: 200 }));
    await Promise.all([stays, spins]);
    assertEquals(h.pool.status().abandoned, 1);
    await assertGone(pid);
  } finally {
    await Deno.remove(tasksDir, { recursive: true });
  }
});

Deno.test("end() kills running children of this process and nobody else's", async () => {
  await using mine = new Deno.Command("/bin/sleep", { args: ["30"] }).spawn();
  const shell = new Deno.Command("/bin/sh", { args: ["-c", "sleep 30 & echo $!; wait"], stdout: "piped" })
    .spawn();
  const reader = shell.stdout.getReader();
  const grandchild = Number(new TextDecoder().decode((await reader.read()).value));
  const left = new LeftChildren();
  try {
    left.end([mine.pid, grandchild, 2 ** 22 + 1]);
    await left.settled();
    assertEquals((await mine.status).signal, "SIGKILL");
    assert(isAlive(grandchild));
    assert(isAlive(shell.pid));
  } finally {
    Deno.kill(grandchild, "SIGKILL");
    await shell.status;
    await reader.cancel();
  }
});
