import { assert, assertEquals } from "@std/assert";
import { articlePage, startSite } from "../fakes/site.ts";
import { type ServiceProcess, startService } from "./service_process.ts";

interface Task {
  task_id: string;
  status: string;
  attempts: number;
  error?: { code: string; retryable: boolean };
  run_ms?: number;
}

const html = (body: string) => new Response(body, { headers: { "content-type": "text/html" } });

/** The three pages of the measurements that end a naive service: memory, nesting, attributes. */
const HOSTILE = {
  "/misnested.html": html("<font size=i><p>".repeat(3000)),
  "/nested.html": html("<div>".repeat(100_000)),
  "/attributes.html": html(`<p ${Array.from({ length: 50_000 }, (_, i) => `a${i}=1`).join(" ")}>text</p>`),
};

/** Asks /health until stopped; the longest answer in milliseconds. */
function watchHealth(service: ServiceProcess): () => Promise<number> {
  let worst = 0;
  let stopped = false;
  const watching = (async () => {
    while (!stopped) {
      const begun = performance.now();
      assertEquals((await service.json("/health")).status, 200);
      worst = Math.max(worst, performance.now() - begun);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  })();
  return async () => {
    stopped = true;
    await watching;
    return worst;
  };
}

Deno.test("hostile pages end within their limit, neighbours keep their attempt, /health goes on answering", async () => {
  const neighbours = Array.from({ length: 12 }, (_, i) => `/good-${i}.html`);
  await using site = startSite({
    ...HOSTILE,
    ...Object.fromEntries(neighbours.map((path) => [path, articlePage(path)])),
  });
  await using service = await startService({ env: { ALLOW_PRIVATE_HOSTS: site.host } });
  const stop = watchHealth(service);
  const enqueue = async (path: string) => {
    const { body } = await service.json<Task>("/api/tasks/scrape/async", {
      method: "POST",
      body: JSON.stringify({ url: site.url + path, timeout_ms: 8000 }),
    });
    return body.task_id;
  };
  const ids = new Map<string, string>();
  for (const path of [...Object.keys(HOSTILE), ...neighbours]) ids.set(path, await enqueue(path));
  for (const [path, id] of ids) {
    const { body } = await service.json<Task>(`/api/tasks/${id}?wait_s=60`);
    if (neighbours.includes(path)) {
      assertEquals([path, body.status, body.attempts], [path, "completed", 1]);
    } else {
      // Surviving the page is as good as failing it; hanging on it is not.
      assert(body.status === "completed" || ["timeout", "out_of_memory"].includes(body.error!.code), path);
      assert(body.run_ms! <= 9000, `${path} took ${body.run_ms} ms`);
    }
  }
  const worst = await stop();
  assert(worst < 250, `/health took ${worst.toFixed(0)} ms`);
});

Deno.test("a user's process task that spins or eats memory fails alone, in time, and its process is gone", async () => {
  const tasks = await Deno.makeTempDir({ prefix: "tutti-tasks-" });
  const define = new URL("../../src/mod.ts", import.meta.url).href;
  await Deno.writeTextFile(
    `${tasks}/bad.ts`,
    `import { defineTask } from ${JSON.stringify(define)};
import { z } from "npm:zod@4.6.7";
const any = { input: z.object({}), output: z.object({}), isolation: "process" as const };
export const spin = defineTask({ ...any, name: "spin", timeoutMs: 1500, run: () => { while (true); } });
export const eat = defineTask({ ...any, name: "eat", timeoutMs: 20000, run: () => {
  const kept: unknown[] = []; while (true) kept.push(new Array(100_000).fill({ a: 1 }).map((v) => ({ ...v })));
} });
export const snoop = defineTask({ ...any, name: "snoop", output: z.object({ refused: z.array(z.string()) }), run: async () => {
  const refused: string[] = [];
  const tries = {
    read: () => Deno.readTextFile("/etc/passwd"), env: () => Deno.env.get("HOME"),
    net: () => Deno.connect({ port: 1 }), run: () => new Deno.Command("ls").output(),
  };
  for (const [name, attempt] of Object.entries(tries)) {
    try { await attempt(); } catch (e) { if (e instanceof Deno.errors.NotCapable) refused.push(name); }
  }
  return { refused };
} });
`,
  );
  await using service = await startService({ env: { TASKS_DIR: tasks } });
  const stop = watchHealth(service);
  const run = async (type: string) => {
    const { body, status } = await service.json<Task & { detail?: string }>("/api/tasks", {
      method: "POST",
      body: JSON.stringify({ type, input: {} }),
    });
    assertEquals(status, 202, JSON.stringify(body));
    return (await service.json<Task & { result?: unknown }>(`/api/tasks/${body.task_id}?wait_s=60`)).body;
  };
  const [spin, eat, snoop] = await Promise.all([run("spin"), run("eat"), run("snoop")]);
  assertEquals([spin.status, spin.error?.code], ["failed", "timeout"]);
  assert(spin.run_ms! <= 2500, `spin took ${spin.run_ms} ms`);
  assertEquals([eat.status, eat.error?.code], ["failed", "out_of_memory"]);
  assertEquals(snoop.result, { refused: ["read", "env", "net", "run"] });
  assert(await stop() < 250);
  await service.end();
  await Deno.remove(tasks, { recursive: true });
});
