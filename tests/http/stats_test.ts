import { assert, assertEquals } from "@std/assert";
import { StatsTicker } from "../../src/http/sse/stats_ticker.ts";
import { TaskChanges } from "../../src/http/sse/task_changes.ts";
import { EventLog } from "../../src/queue/event_log.ts";
import type { TaskEvent } from "../../src/queue/service_port.ts";
import { eventClient } from "./event_client.ts";

interface Stats {
  seq: number;
  points: unknown[];
  tasks: { task_id: string; status: string }[];
  more_tasks: number;
  queue: { counts: { running: number } };
  now: { running: number };
}

const event = (taskId: string, status: TaskEvent["status"] = "queued"): TaskEvent => ({
  taskId,
  type: "test",
  status,
  attempt: 0,
  atMs: 0,
});

/** A ticker over a queue of events, with what its readers got. */
function ticker(lookFails = () => false) {
  let tell: (event: TaskEvent) => void = () => {};
  const log = new EventLog({
    subscribe: (listener) => {
      tell = listener;
      return () => {};
    },
  });
  let looks = 0;
  const report = {
    look: () => {
      looks++;
      return lookFails()
        ? Promise.reject(new Error("it hangs"))
        : Promise.resolve({ json: `{"look":${looks}}`, point: `{"at":${looks}}` });
    },
  };
  const made = new StatsTicker(report as never, log, { pointEveryMs: 20, lingerMs: 60 });
  return {
    made,
    log,
    tell: (it: TaskEvent) => tell(it),
    looks: () => looks,
    [Symbol.dispose]: () => {
      made[Symbol.dispose]();
      log[Symbol.dispose]();
    },
  };
}

const parse = (bytes: Uint8Array): Stats =>
  JSON.parse(/^data: (.*)$/m.exec(new TextDecoder().decode(bytes))![1]!);

function next(it: ReturnType<typeof ticker>, fits: (stats: Stats) => boolean = () => true): Promise<Stats> {
  return new Promise((resolve) => {
    const leave = it.made.follow((bytes) => {
      const stats = parse(bytes);
      if (!fits(stats)) return;
      leave();
      resolve(stats);
    });
  });
}

Deno.test("GET /api/events?only=stats begins with how things are, and goes on every second", async () => {
  const it = eventClient({ statsEveryMs: 20 });
  await using reader = await it.follow("/api/events?only=stats");
  const nextStats = async () => {
    const { event, data } = (await reader.next())!;
    return { event, data: data as unknown as Stats };
  };
  const first = await nextStats();
  assertEquals([first.event, first.data.seq, first.data.points], ["stats", 0, []]);
  const taskId = await it.task();
  it.deps.queue.end(taskId, { status: "running" });
  for (let message = 0; message < 100; message++) {
    const { event, data } = await nextStats();
    assertEquals(event, "stats");
    if (data.tasks.length === 0) continue;
    assertEquals(data.tasks.map(({ task_id, status }) => [task_id, status]), [[taskId, "running"]]);
    assertEquals([data.queue.counts.running, data.now.running], [1, 1]);
    return it.deps.stop();
  }
  throw new Error("the change was never told");
});

Deno.test("the service is looked at once for all readers, and not at all when nobody reads", async () => {
  using it = ticker();
  const got = [0, 0, 0];
  const leaves = got.map((_, at) => it.made.follow(() => void got[at]!++));
  await next(it, ({ seq }) => seq >= 3);
  assertEquals(got[0], it.looks());
  assertEquals(got, [got[0], got[0], got[0]]);
  for (const leave of leaves) leave();
  const left = it.looks();
  await new Promise((resolve) => setTimeout(resolve, 400)); // it lingers for 60 ms, three points
  const lingered = it.looks() - left;
  assert(lingered >= 1 && lingered < 10, `${lingered} looks`);
});

Deno.test("a reader that comes soon after finds the points there were", async () => {
  using it = ticker();
  await next(it, ({ seq }) => seq >= 2);
  const head = parse(await it.made.head());
  assert(head.points.length >= 2);
});

Deno.test("a look that fails is taken again, and what changed meanwhile is not lost", async () => {
  let failing = true;
  using it = ticker(() => failing);
  const told = next(it, ({ tasks }) => tasks.length > 0);
  it.tell(event("a"));
  while (it.looks() < 2) await new Promise((resolve) => setTimeout(resolve, 5));
  failing = false;
  assertEquals((await told).tasks.map(({ task_id }) => task_id), ["a"]);
});

Deno.test("of each task the newest event is told, of many tasks the first 200 and a number", () => {
  const changes = new TaskChanges();
  for (let at = 0; at < 250; at++) changes.add(event(`t${at}`));
  changes.add(event("t3", "running"));
  changes.add(event("t249", "running"));
  const { events, others } = changes.take();
  assertEquals([events.length, others], [200, 51]);
  assertEquals(events.find(({ taskId }) => taskId === "t3")?.status, "running");
  assertEquals([changes.any, changes.take().events], [false, []]);
});
