import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import {
  cached,
  createTutti,
  TaskError,
  type Tutti,
  type TuttiLogRecord,
  type TuttiOptions,
  verifySignature,
} from "../../src/mod.ts";
import { startSite } from "../fakes/site.ts";
import { nested } from "./nested.ts";
import { apart, refuse, shout } from "./tasks.ts";

const TASKS = new URL("./tasks.ts", import.meta.url);

async function folder(): Promise<{ path: string } & AsyncDisposable> {
  const path = await Deno.makeTempDir({ prefix: "tutti-embed-" });
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

function open(dataDir: string, options: Partial<TuttiOptions> = {}): Promise<Tutti> {
  return createTutti({ dataDir, tasks: [TASKS], workers: 1, graceMs: 0, ...options });
}

Deno.test("createTutti() runs tasks of modules, typed by their definitions, and logs only where it is asked to", async () => {
  await using dir = await folder();
  const records: TuttiLogRecord[] = [];
  await using tutti = await open(dir.path, { log: (record) => records.push(record) });
  const { text } = await tutti.run(shout, { text: "hello" }, { requestId: "req_1" });
  assertEquals(text, "HELLO");
  const { pid } = await tutti.run(apart, {});
  assert(pid !== Deno.pid);
  const failure = await assertRejects(() => tutti.run(refuse, {}), TaskError, "not like this");
  assertEquals([failure.code, failure.retryable], ["unsupported_content", false]);
  const said = records.filter(({ message }) => message === "shouting");
  assertEquals(said.map(({ level, fields, requestId }) => [level, fields, requestId]), [
    ["info", { text: "hello" }, "req_1"],
  ]);
  assertEquals(tutti.status().workers, 1);
  // @ts-expect-error: the definition says what goes in
  await assertRejects(() => tutti.enqueue(shout, { text: 1 }), Error, "input.text");
});

Deno.test("what createTutti() accepted is there after it was stopped, and runs once something runs", async () => {
  await using dir = await folder();
  let taskId: string;
  {
    await using quiet = await open(dir.path, { start: false });
    ({ taskId } = await quiet.enqueue(shout, { text: "later" }));
    assertEquals((await quiet.queue.get(taskId)).status, "queued");
    const signal = AbortSignal.abort(new Error("no patience"));
    await assertRejects(() => quiet.result(taskId, { signal }), Error, "no patience");
    assertEquals((await quiet.queue.get(taskId)).status, "queued", "the signal ends the wait, not the task");
  }
  await using tutti = await open(dir.path);
  assertEquals(await tutti.result(taskId), { text: "LATER" });
  await tutti.stop();
  await tutti.stop();
  await assertRejects(() => tutti.start(), TypeError, "stopped");
});

Deno.test("a cancelled task's result is an error that says so", async () => {
  await using dir = await folder();
  await using tutti = await open(dir.path, { start: false });
  const { taskId } = await tutti.enqueue(shout, { text: "never" });
  const waiting = assertRejects(() => tutti.result(taskId), TaskError);
  await tutti.queue.cancel(taskId);
  assertEquals((await waiting).code, "cancelled");
});

Deno.test("an on_complete task knows the batch it waited for, members theirs", async () => {
  await using dir = await folder();
  await using tutti = await open(dir.path);
  const { batchId, taskIds, onCompleteTaskId } = await tutti.queue.enqueueBatch({
    type: "shout",
    inputs: [{ text: "a" }, { text: "b" }],
    maxConcurrent: 1,
    onComplete: { type: "shout", input: { text: "done" } },
  });
  assertEquals(await tutti.result(onCompleteTaskId!), { text: "DONE", batchId });
  assertEquals(await tutti.result(taskIds[0]!), { text: "A", batchId });
});

Deno.test("a task's webhook is signed with the secret of dataDir and reaches its receiver through the guard", async () => {
  await using dir = await folder();
  const told = Promise.withResolvers<{ body: string; header: string | null }>();
  await using site = startSite({
    "/hook": async (request) => {
      told.resolve({ body: await request.text(), header: request.headers.get("tutti-signature") });
      return new Response(null, { status: 204 });
    },
  });
  await using tutti = await open(dir.path, { settings: { ALLOW_PRIVATE_HOSTS: site.host } });
  const { taskId } = await tutti.enqueue(shout, { text: "x" }, { webhook: { url: `${site.url}/hook` } });
  const { body, header } = await told.promise;
  const secret = (await Deno.readTextFile(`${dir.path}/webhook_secret`)).trim();
  assert(await verifySignature(body, header, secret));
  const { event, data, delivery_id } = JSON.parse(body);
  assertEquals([event, data.task_id, data.status], ["task.completed", taskId, "completed"]);
  const result = await tutti.result(delivery_id) as { status_code: number };
  assertEquals(result.status_code, 204);
  const { tasks } = await tutti.queue.list({ type: "webhook", tag: `webhook:${taskId}`, limit: 10 });
  assertEquals(tasks.map(({ id }) => id), [delivery_id]);
});

Deno.test("schedules and the cache are there too", async () => {
  await using dir = await folder();
  await using cacheDir = await folder();
  await using tutti = await open(dir.path, { cacheDir: cacheDir.path });
  const task = { type: "shout", input: { text: "tick" } };
  await tutti.schedules.put({ id: "often", everyS: 3600, ifMissed: "skip", paused: false, task });
  const statuses: string[] = [];
  tutti.queue.subscribe((event) => event.type === "shout" && statuses.push(event.status));
  const { taskId } = await tutti.schedules.trigger("often");
  assertEquals(await tutti.result(taskId), { text: "TICK" });
  assertEquals([statuses[0], statuses.at(-1)], ["queued", "completed"], "followed from its acceptance on");
  let runs = 0;
  const double = cached((n: number) => (runs++, n * 2), {
    cache: tutti.cache,
    key: (n) => `d:${n}`,
    maxAgeS: 60,
  });
  assertEquals([await double(2), await double(2), runs], [4, 4, 1]);
  await tutti.stop();
  assert([...Deno.readDirSync(cacheDir.path)].length > 0, "the cache lies where it was asked to");
});

Deno.test("createTutti() refuses what it cannot use, and leaves nothing open behind", async () => {
  await using dir = await folder();
  await using bad = await folder();
  await Deno.writeTextFile(`${bad.path}/none.ts`, "export const x = 1;");
  const refused: [Partial<TuttiOptions>, string][] = [
    [{ tasks: ["./tasks.ts"] }, "must be a URL"],
    [{ tasks: [`file://${bad.path}/none.ts`] }, "none.ts"],
    [{ tasks: [TASKS, TASKS] }, "taken"],
    [{ workers: 0 }, "WORKERS must be between 1 and 64"],
    [{ settings: { PORT: "1" } }, "PORT"],
    [{ settings: { TASK_NONE: "1" } }, "TASK_NONE"],
    [{ settings: { TASK_TIMEOUT_MS: "soon" } }, "TASK_TIMEOUT_MS is not a whole number"],
  ];
  for (const [options, message] of refused) {
    await assertRejects(() => open(dir.path, options), Error, message);
  }
  await using tutti = await open(dir.path);
  await assertRejects(() => open(dir.path), Error, "queue.db");
  assertEquals((await tutti.run(shout, { text: "still here" })).text, "STILL HERE");
});

Deno.test("createTutti() in a worker of a Tutti says what is wrong", async () => {
  await using dir = await folder();
  await using tutti = await open(dir.path, { tasks: [new URL("./nested.ts", import.meta.url)] });
  const said = await tutti.run(nested, { dataDir: `${dir.path}/inner` });
  assertMatch(said, /^TypeError: Cannot create a Tutti in a worker/);
  assertStringIncludes(said, "task definitions only");
});
