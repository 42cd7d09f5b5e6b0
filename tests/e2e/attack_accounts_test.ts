/** Jepsen's accounting: everything asked for while the process is killed again and again. `KILL_ROUNDS` kills, 10 here. */
import { assert, assertEquals } from "@std/assert";
import { Ledger } from "./ledger.ts";
import { Recorder } from "./recorder.ts";
import { type ServiceProcess, startService } from "./service_process.ts";

interface Task {
  task_id: string;
  type: string;
  status: string;
  attempts: number;
  tags?: string[];
  schedule_id?: string;
  batch_id?: string;
  error?: { code: string };
}

interface Books {
  accepted: number;
  counts: Record<string, number>;
}

const ROUNDS = Number(Deno.env.get("KILL_ROUNDS") ?? 10);
const WORKERS = 2;
const WORKER_CONCURRENCY = 6;
const LIMITS: Record<string, number> = { "k:1": 1, "k:2": 3 };
const ENDED = ["completed", "failed", "cancelled"];

async function books(service: ServiceProcess): Promise<Books> {
  const { body } = await service.json<Books>("/api/tasks/queue/status");
  assertEquals(body.accepted, Object.values(body.counts).reduce((a, b) => a + b, 0), "the books balance");
  return body;
}

async function allTasks(service: ServiceProcess, query = ""): Promise<Task[]> {
  const tasks: Task[] = [];
  let next: string | null = `/api/tasks?limit=200${query}`;
  while (next !== null) {
    const { body }: { body: { tasks: Task[]; next: string | null } } = await service.json(next);
    tasks.push(...body.tasks);
    next = body.next;
  }
  return tasks;
}

async function put(service: ServiceProcess, path: string, body: unknown): Promise<void> {
  const { status } = await service.json(path, { method: "PUT", body: JSON.stringify(body) });
  assert(status === 200 || status === 201, `${path}: ${status}`);
}

async function settled(service: ServiceProcess): Promise<void> {
  const deadline = Date.now() + 60_000 + ROUNDS * 1000;
  for (;;) {
    const { counts } = await books(service);
    if (counts.queued! + counts.running! + counts.delayed! === 0) return;
    assert(Date.now() < deadline, `still at work: ${JSON.stringify(counts)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Kills it `ROUNDS` times at work. Resolves to the service that runs then, and tasks that had ended before a kill. */
async function killed(folder: string, recorder: Recorder, ledger: Ledger) {
  const env = {
    ALLOW_PRIVATE_HOSTS: recorder.host,
    TASKS_DIR: new URL("../fixtures/recorded/", import.meta.url).pathname,
    WORKERS: String(WORKERS),
    WORKER_CONCURRENCY: String(WORKER_CONCURRENCY),
    HOST_CONCURRENCY: "64",
    HOST_DELAY_MS: "0",
    LOG_LEVEL: "warning",
  };
  let service = await startService({ folder, env: { ...env, LOG_LEVEL: "info" } });
  const startMs = Date.now();
  /** Position among the recorder's happenings from which on nothing may be heard of a task. */
  const overAt = new Map<string, number>();
  try {
    await put(service, "/api/schedules/tick", {
      every_s: 1,
      task: { type: "recorded", input: { url: recorder.url } },
    });
    for (const [key, concurrency] of Object.entries(LIMITS)) {
      await put(service, `/api/limits/${key}`, { concurrency });
    }
    for (let round = 0; round < ROUNDS; round++) {
      const pestering = [0, 1, 2].map((n) => ledger.pester(service, `r${round}-${n}`));
      await new Promise((resolve) => setTimeout(resolve, 100 + Math.random() * 500));
      // Only the newest: 200 rounds make thousands.
      const { body } = await service.json<{ tasks: Task[] }>("/api/tasks?limit=200");
      for (const { task_id, status } of body.tasks) {
        if (ENDED.includes(status) && !overAt.has(task_id)) overAt.set(task_id, recorder.happenings);
      }
      await service.end("SIGKILL");
      await Promise.all(pestering);
      service = await startService({ folder, env: { ...env, LOG_LEVEL: "info" } });
      await books(service);
    }
  } catch (error) {
    await service.end("SIGKILL");
    throw new Error(`while it was being killed: ${error}\n\n${service.log().slice(-5000)}`, {
      cause: error,
    });
  }
  return { service, startMs, overAt };
}

Deno.test("kill -9 again and again: nothing lost, nothing nobody asked for, nothing done twice without a reason", async () => {
  await using recorder = new Recorder();
  const ledger = new Ledger(recorder);
  const folder = await Deno.makeTempDir({ prefix: "tutti-attack-accounts-" });
  await using _folder = { [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }) };
  const { service, startMs, overAt } = await killed(folder, recorder, ledger);
  await using _service = service;
  type Ticks = { fired: number };
  const ticks = (await service.json<Ticks>("/api/schedules/tick/pause", { method: "POST" })).body;
  await settled(service);
  const tasks = await allTasks(service);
  const ended = tasks.filter(({ status }) => ENDED.includes(status));
  assertEquals(ended.length, tasks.length);

  const byTag = new Map<string, Task[]>();
  const [hooks, scheduled, others]: [Task[], Task[], Task[]] = [[], [], []];
  for (const task of tasks) {
    if (task.type === "webhook") hooks.push(task);
    else if (task.schedule_id !== undefined) scheduled.push(task);
    else others.push(task);
  }
  for (const task of others) byTag.set(task.tags![0]!, [...byTag.get(task.tags![0]!) ?? [], task]);

  for (const [tag, { tasks: wanted, status, isDeduplicated }] of ledger.asked) {
    const found = byTag.get(tag)?.length ?? 0;
    if (status === undefined) assert(found === 0 || found === wanted, `${tag}: ${found} of ${wanted}`);
    else assertEquals([tag, found], [tag, status === 202 && !isDeduplicated ? wanted : 0], `${status}`);
  }
  assertEquals([...byTag.keys()].filter((tag) => !ledger.asked.has(tag)), [], "nobody asked for them");

  assertEquals(scheduled.length, ticks.fired, "each firing made one task");
  assert(ticks.fired <= (Date.now() - startMs) / 1000 + 1, `${ticks.fired} firings`);
  const slots = scheduled.map(({ task_id }) => /^sched_tick_\d+/.exec(task_id)?.[0]);
  assertEquals(new Set(slots).size, scheduled.length, "each slot fires once");

  const told = new Set(hooks.map(({ tags }) => tags![0]!.replace("webhook:", "")));
  const hooked = [...recorder.hooks.keys()];
  assertEquals(told.size, hooks.length, "an end makes one webhook task: no task ends twice");
  assertEquals(hooked.toSorted(), [...told].toSorted(), "every end was told");
  for (const [task, deliveries] of recorder.hooks) assertEquals([task, deliveries.size], [task, 1]);

  for (const [key, most] of Object.entries(LIMITS)) {
    const seen = recorder.most.get(key) ?? [];
    assert(seen.length <= most, `${seen} of ${key} at work at one time, ${most} may be`);
  }

  let again = 0;
  for (const { task_id, status, attempts, tags } of [...others, ...scheduled]) {
    const begun = recorder.places("begin", task_id);
    again += Math.max(0, begun.length - attempts);
    const over = overAt.get(task_id);
    if (over !== undefined) assert((begun.at(-1) ?? -1) < over, `${task_id} ran again after its end`);
    if (status === "completed") {
      assert(recorder.places("end", task_id).length > 0, `${task_id} is completed and did nothing`);
    }
    for (const parent of ledger.parents.get(tags?.[0] ?? "") ?? []) {
      if (begun.length === 0) continue;
      const last = recorder.places("begin", parent).at(-1) ?? -1;
      assert(last < begun[0]!, `${task_id} began before ${parent} was over`);
    }
  }
  const inHand = WORKERS * WORKER_CONCURRENCY;
  assert(again <= ROUNDS * inHand, `${again} executions too many, ${ROUNDS} kills with ${inHand} in hand`);

  const endOf = ({ status, error }: Task) => error === undefined ? status : `${status}: ${error.code}`;
  const wrong = [
    ...others.filter((task) =>
      !ledger.asked.get(task.tags![0]!)!.ends.has(endOf(task).replace(/^cancelled.*/, "cancelled"))
    ),
    ...[...hooks, ...scheduled].filter((task) => task.status !== "completed"),
  ];
  assertEquals(wrong, [], "ends nobody asked for");
  assert(others.length > 5 * ROUNDS && hooks.length > 0 && scheduled.length > 0, `${others.length} tasks`);
  assertEquals(await service.end(), 0);
});
