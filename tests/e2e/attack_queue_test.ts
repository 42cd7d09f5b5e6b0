import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type ServiceProcess, startService } from "./service_process.ts";

interface Task {
  task_id: string;
  status: string;
  attempts: number;
  started_at?: string;
  result?: { at: number };
  error?: { code: string };
}

interface Status {
  accepted: number;
  paused: boolean;
  counts: Record<string, number>;
}

const HANDLERS = `
const any = { input: z.object({ ms: z.number().default(0) }), output: z.any() };
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
export const nap = defineTask({ ...any, name: "nap", run: async ({ ms }) => { await sleep(ms); return { at: Date.now() }; } });
export const deaf = defineTask({ ...any, name: "deaf", run: () => new Promise(() => {}) });
export const spin = defineTask({ ...any, name: "spin", isolation: "process", run: () => { while (true); } });
export const hold = defineTask({ ...any, name: "hold", timeoutMs: 500, maxAttempts: 1, run: () => { while (true); } });
export const fail = defineTask({ ...any, name: "fail", maxAttempts: 1, run: () => { throw new Error("no"); } });
export const stray = defineTask({ ...any, name: "stray", run: async () => {
  Promise.reject(new Error("nobody awaits this")); setTimeout(() => { throw new Error("nor this"); }, 1); await sleep(50); return {};
} });
export const noise = defineTask({ ...any, name: "noise", run: async () => {
  for (const word of [null, 1, {}, { kind: "batch" }, { kind: "closing" }]) self.postMessage(word); await sleep(50); return {};
} });
export const exit = defineTask({ ...any, name: "exit", run: () => Deno.exit(3) });
`;

/** A folder with the tasks above, removed at the end. */
async function taskFolder(text = HANDLERS): Promise<AsyncDisposable & { path: string }> {
  const path = await Deno.makeTempDir({ prefix: "tutti-attack-tasks-" });
  const door = JSON.stringify(new URL("../../src/mod.ts", import.meta.url).href);
  await Deno.writeTextFile(
    `${path}/tasks.ts`,
    `import { defineTask } from ${door};\nimport { z } from "npm:zod@4.6.7";\n${text}`,
  );
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

async function enqueue(service: ServiceProcess, type: string, input = {}, options = {}): Promise<string> {
  const body = JSON.stringify({ type, input, ...options });
  const answer = await service.json<Task>("/api/tasks", { method: "POST", body });
  assertEquals(answer.status, 202, JSON.stringify(answer.body));
  return answer.body.task_id;
}

const post = (service: ServiceProcess, path: string) => service.json<Status>(path, { method: "POST" });

async function ended(service: ServiceProcess, id: string): Promise<Task> {
  return (await service.json<Task>(`/api/tasks/${id}?wait_s=15`)).body;
}

async function books(service: ServiceProcess): Promise<Status> {
  const { body } = await service.json<Status>("/api/tasks/queue/status");
  assertEquals(body.accepted, Object.values(body.counts).reduce((a, b) => a + b, 0), "the books balance");
  return body;
}

Deno.test("one worker runs higher priorities first and first in first out within one; nothing starts early", async () => {
  await using tasks = await taskFolder();
  const one = { WORKERS: "1", WORKER_CONCURRENCY: "1", PRIORITY_AGING_S: "0", TASKS_DIR: tasks.path };
  await using service = await startService({ env: one });
  await post(service, "/api/queue/pause");
  const given: { id: string; priority: number; order: number }[] = [];
  for (let order = 0; order < 33; order++) {
    const priority = (order * 7) % 11;
    given.push({ id: await enqueue(service, "nap", { ms: 2 }, { priority }), priority, order });
  }
  await post(service, "/api/queue/resume");
  const ran = await Promise.all(
    given.map(async (g) => ({ ...g, at: (await ended(service, g.id)).result!.at })),
  );
  assertEquals(
    ran.sort((a, b) => a.at - b.at).map(({ priority, order }) => [priority, order]),
    given.toSorted((a, b) => b.priority - a.priority || a.order - b.order).map((g) => [g.priority, g.order]),
  );
  for (const delay_s of [0.05, 0.3, 0.7]) {
    const notBefore = Date.now() + delay_s * 1000;
    const task = await ended(service, await enqueue(service, "nap", {}, { delay_s }));
    assert(task.result!.at >= notBefore, `started ${notBefore - task.result!.at} ms early`);
  }
});

Deno.test("aging lets an old task of low priority overtake a newer one of high priority", async () => {
  await using tasks = await taskFolder();
  const one = { WORKERS: "1", WORKER_CONCURRENCY: "1", PRIORITY_AGING_S: "1", TASKS_DIR: tasks.path };
  await using service = await startService({ env: one });
  await post(service, "/api/queue/pause");
  const old = await enqueue(service, "nap", { ms: 5 }, { priority: 4 });
  await new Promise((resolve) => setTimeout(resolve, 2500));
  const near = await enqueue(service, "nap", { ms: 5 }, { priority: 5 });
  const far = await enqueue(service, "nap", { ms: 5 }, { priority: 10 });
  await post(service, "/api/queue/resume");
  const at = async (id: string) => (await ended(service, id)).result!.at;
  const [a, b, c] = [await at(far), await at(old), await at(near)];
  assert(a < b && b < c, "6 steps ahead stays ahead, 1 step is made up for by 2 of age");
});

Deno.test("a task is cancelled in every state it can be in, and a cancelled or failed one runs again", async () => {
  await using tasks = await taskFolder();
  await using service = await startService({ env: { TASKS_DIR: tasks.path, WORKERS: "2" } });
  const cancel = (id: string) => service.json<Task>(`/api/tasks/${id}`, { method: "DELETE" });
  const running = [
    await enqueue(service, "nap", { ms: 60_000 }),
    await enqueue(service, "deaf"),
    await enqueue(service, "spin"),
  ];
  while ((await books(service)).counts.running! < 3) await new Promise((resolve) => setTimeout(resolve, 20));
  const waiting = await enqueue(service, "nap", {}, { delay_s: 600 });
  for (const id of [...running, waiting]) assertEquals((await cancel(id)).status, 200);
  for (const id of [...running, waiting]) {
    assertEquals((await ended(service, id)).status, "cancelled");
    assertEquals((await cancel(id)).status, 409);
  }
  assertEquals((await post(service, `/api/tasks/${waiting}/retry`)).status, 202);
  assertEquals((await ended(service, waiting)).status, "completed");
  assertEquals((await post(service, `/api/tasks/${waiting}/retry`)).status, 409);
  const failing = await enqueue(service, "fail");
  assertEquals((await ended(service, failing)).status, "failed");
  assertEquals((await post(service, `/api/tasks/${failing}/retry`)).status, 202);
  assertEquals((await ended(service, failing)).error?.code, "handler_error");
  assertEquals((await books(service)).counts, {
    queued: 0,
    delayed: 0,
    running: 0,
    completed: 1,
    failed: 1,
    cancelled: 3,
  });
});

Deno.test("a queue that was paused is paused after kill -9, and a key still replays its first answer", async () => {
  await using tasks = await taskFolder();
  const first = await startService({ env: { TASKS_DIR: tasks.path } });
  await using _folder = { [Symbol.asyncDispose]: () => Deno.remove(first.folder, { recursive: true }) };
  const replay = (service: ServiceProcess) =>
    service.json<Task>("/api/tasks", {
      method: "POST",
      headers: { "idempotency-key": "order-7" },
      body: JSON.stringify({ type: "nap", input: {} }),
    });
  const { body: { task_id: once } } = await replay(first);
  assertEquals((await ended(first, once)).status, "completed");
  const running = await enqueue(first, "nap", { ms: 700 });
  while ((await books(first)).counts.running !== 1) await new Promise((resolve) => setTimeout(resolve, 10));
  assertEquals((await post(first, "/api/queue/pause")).body.paused, true);
  const queued = await enqueue(first, "nap", {}, { task_id: "mine" });
  await using second = await first.restart();
  assertEquals(await books(second).then((s) => [s.paused, s.counts.queued, s.counts.running]), [true, 2, 0]);
  const again = await replay(second);
  assertEquals([again.body.task_id, again.headers.get("idempotency-replayed")], [once, "true"]);
  const body = JSON.stringify({ type: "nap", input: {}, task_id: queued });
  assertEquals((await second.json("/api/tasks", { method: "POST", body })).status, 409);
  await post(second, "/api/queue/resume");
  assertEquals((await ended(second, queued)).status, "completed");
  assertEquals((await ended(second, running)).status, "completed");
  assertEquals((await books(second)).accepted, 3);
  await second.end();
});

Deno.test("a list read page by page while tasks come and go has no task twice and misses none", async () => {
  await using tasks = await taskFolder();
  await using service = await startService({ env: { TASKS_DIR: tasks.path, WORKERS: "2" } });
  const known = await Promise.all(Array.from({ length: 150 }, () => enqueue(service, "nap")));
  let reading = true;
  const arriving = (async () => {
    while (reading) await enqueue(service, "nap", { ms: 5 });
  })();
  const seen: string[] = [];
  let next: string | null = "/api/tasks?limit=7";
  while (next !== null) {
    const { body }: { body: { tasks: Task[]; next: string | null } } = await service.json(next);
    seen.push(...body.tasks.map((task) => task.task_id));
    next = body.next;
  }
  reading = false;
  await arriving;
  assertEquals(seen.length, new Set(seen).size);
  assertEquals(known.filter((id) => !seen.includes(id)), []);
});

Deno.test("the pool shrinks and grows under 300 running tasks and loses none", async () => {
  await using tasks = await taskFolder();
  await using service = await startService({ env: { TASKS_DIR: tasks.path, WORKERS: "2" } });
  const ids = await Promise.all(
    Array.from({ length: 300 }, (_, i) => enqueue(service, "nap", { ms: (i * 37) % 200 })),
  );
  for (const count of [1, 8, 1, 16, 2]) {
    const body = JSON.stringify({ count });
    const answer = await service.json<{ workers: number }>("/api/workers", { method: "PATCH", body });
    assertEquals([answer.status, answer.body.workers], [200, count]);
  }
  for (const id of ids) assertEquals((await ended(service, id)).status, "completed");
  assertEquals((await books(service)).counts.completed, 300);
});

Deno.test("tasks that hold their thread, speak out of turn, leave errors behind or end their worker harm only themselves", async () => {
  await using tasks = await taskFolder();
  await using service = await startService({ env: { TASKS_DIR: tasks.path, WORKERS: "2" } });
  const holding = await enqueue(service, "hold");
  const stray = await enqueue(service, "stray");
  const noise = await enqueue(service, "noise");
  const exiting = await enqueue(service, "exit");
  const others = await Promise.all(Array.from({ length: 20 }, () => enqueue(service, "nap", { ms: 10 })));
  assertEquals((await ended(service, holding)).error?.code, "timeout");
  assertEquals((await ended(service, exiting)).error?.code, "worker_crashed");
  for (const id of [stray, noise, ...others]) assertEquals((await ended(service, id)).status, "completed");
  assertEquals((await books(service)).counts.running, 0);
  assertEquals((await service.json("/health")).status, 200);
});

Deno.test("200 callers that hang up on their long poll leave nothing behind", async () => {
  await using service = await startService();
  const id = await enqueue(service, "test", { delay_s: 0 }, { delay_s: 600 });
  const descriptors = () => [...Deno.readDirSync(`/proc/${service.pid}/fd`)].length;
  await service.json("/health");
  const before = descriptors();
  for (let round = 0; round < 2; round++) {
    const leaving = new AbortController();
    const polls = Array.from(
      { length: 200 },
      () =>
        fetch(`${service.url}/api/tasks/${id}?wait_s=60`, { signal: leaving.signal }).catch(() => undefined),
    );
    while (descriptors() < before + 150) await new Promise((resolve) => setTimeout(resolve, 20));
    leaving.abort();
    await Promise.all(polls);
  }
  const deadline = Date.now() + 5000;
  while (descriptors() > before + 10 && Date.now() < deadline) await new Promise((r) => setTimeout(r, 20));
  assert(descriptors() <= before + 10, `${before} descriptors before, ${descriptors()} after`);
  assertEquals((await service.json(`/api/tasks/${id}`, { method: "DELETE" })).status, 200);
});

Deno.test("a start that cannot be is refused with one clear message and harms nobody", async () => {
  await using tasks = await taskFolder("export const broken = ;");
  await using service = await startService();
  const refusal = async (env: Record<string, string>, folder?: string): Promise<string> => {
    try {
      await using _started = await startService({ env, folder });
    } catch (error) {
      return (error as Error).message;
    }
    throw new Error("it started");
  };
  assertStringIncludes(await refusal({}, service.folder), "in use by another process");
  assertStringIncludes(await refusal({ PORT: new URL(service.url).port }), "the port is in use");
  assertStringIncludes(await refusal({ TASKS_DIR: tasks.path }), `${tasks.path}/tasks.ts`);
  assertStringIncludes(await refusal({ TASKS_DIR: "/nonexistent" }), "Cannot read the task folder");
  const id = await enqueue(service, "test", { delay_s: 0 });
  assertEquals((await ended(service, id)).status, "completed");
});
