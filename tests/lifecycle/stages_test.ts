import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { type Stage, StageError, Stages } from "../../src/lifecycle/mod.ts";

/** Stages that write what happens to them into one list. */
function recorder(...names: string[]): { calls: string[]; stages: Record<string, Stage>; list: Stage[] } {
  const calls: string[] = [];
  const list = names.map((name): Stage => ({
    name,
    start: () => void calls.push(`start ${name}`),
    stop: () => void calls.push(`stop ${name}`),
  }));
  return { calls, list, stages: Object.fromEntries(list.map((stage) => [stage.name, stage])) };
}

const never = () => new Promise<void>(() => {});

Deno.test("Stages starts in order and stops in reverse", async () => {
  const { calls, list } = recorder("store", "http", "workers");
  const stages = new Stages(list);
  await stages.start();
  assertEquals(await stages.stop(), []);
  assertEquals(calls, [
    "start store",
    "start http",
    "start workers",
    "stop workers",
    "stop http",
    "stop store",
  ]);
});

Deno.test("Stages waits for each stage before it goes on", async () => {
  const { calls, list, stages: { store } } = recorder("store", "http");
  const opened = Promise.withResolvers<void>();
  store!.start = async () => {
    await opened.promise;
    calls.push("start store");
  };
  const stages = new Stages(list);
  const started = stages.start();
  await Promise.resolve();
  assertEquals(calls, []);
  opened.resolve();
  await started;
  assertEquals(calls, ["start store", "start http"]);
});

Deno.test("Stages undoes what was started when a stage fails, and names it", async () => {
  const { calls, list, stages: { http } } = recorder("store", "cache", "http", "workers");
  const cause = new Error("address in use");
  http!.start = () => {
    throw cause;
  };
  const stages = new Stages(list);
  const error = await assertRejects(() => stages.start(), StageError, "Cannot start http: address in use");
  assertEquals([error.stage, error.cause], ["http", cause]);
  assertEquals(calls, ["start store", "start cache", "stop cache", "stop store"]);
  assertEquals(await stages.stop(), []);
  assertEquals(calls.length, 4, "nothing is stopped twice");
});

Deno.test("Stages fails a start that is late, tells it so and stops it too", async () => {
  const { calls, list, stages: { http } } = recorder("store", "http");
  http!.startDeadlineMs = 20;
  let told: AbortSignal | undefined;
  http!.start = ({ signal }) => {
    told = signal;
    return never();
  };
  const error = await assertRejects(() => new Stages(list).start(), StageError);
  assertStringIncludes(error.message, "Cannot start http: it took longer than 20 ms");
  assertEquals(told?.aborted, true);
  assertEquals(calls, ["start store", "stop http", "stop store"]);
});

Deno.test("stop() leaves a stage behind that is late or fails, and stops the others", async () => {
  const { calls, list, stages: { http, workers } } = recorder("store", "http", "workers");
  http!.deadlineMs = 20;
  let told: AbortSignal | undefined;
  http!.stop = ({ deadlineMs, signal }) => {
    assertEquals(deadlineMs, 20);
    told = signal;
    return never();
  };
  workers!.stop = () => Promise.reject(new Error("no such worker"));
  const events: string[] = [];
  const stages = new Stages(list, {
    log: (level, event, fields) =>
      level === "error" && events.push(`${event} ${fields.stage}: ${fields.reason}`),
  });
  await stages.start();
  assertEquals(await stages.stop(), ["workers", "http"]);
  assertEquals(told?.aborted, true);
  assertEquals(calls.at(-1), "stop store");
  assertEquals(events, [
    "stage_stop_failed workers: no such worker",
    "stage_stop_failed http: it took longer than 20 ms",
  ]);
});

Deno.test("stop() cuts the grace of every stage at the second signal", async () => {
  const { calls, list, stages: { http, workers } } = recorder("store", "http", "workers");
  const second = new AbortController();
  workers!.deadlineMs = 60_000;
  workers!.stop = ({ signal }) =>
    new Promise((resolve) => {
      signal.addEventListener("abort", () => {
        calls.push("workers forced");
        resolve();
      });
      second.abort();
    });
  http!.deadlineMs = 60_000;
  http!.stop = ({ signal }) => {
    calls.push(`http told at once: ${signal.aborted}`);
    return never();
  };
  const stages = new Stages(list, { skipDeadlineMs: 20 });
  await stages.start();
  assertEquals(await stages.stop({ signal: second.signal }), ["http"]);
  assertEquals(calls.slice(3), ["workers forced", "http told at once: true", "stop store"]);
});

Deno.test("stop() during the start cuts it short and undoes it", async () => {
  const { calls, list, stages: { http } } = recorder("store", "http", "workers");
  const entered = Promise.withResolvers<void>();
  http!.start = () => {
    entered.resolve();
    return never();
  };
  const stages = new Stages(list);
  const started = assertRejects(() => stages.start(), StageError, "Cannot start http");
  await entered.promise;
  await stages.stop();
  await started;
  assertEquals(calls, ["start store", "stop http", "stop store"]);
});

Deno.test("stop() is done once, whoever asks", async () => {
  const { calls, list } = recorder("store");
  const stages = new Stages(list);
  await stages.start();
  await Promise.all([stages.stop(), stages.stop()]);
  await stages.stop();
  assertEquals(calls, ["start store", "stop store"]);
});

Deno.test("Stages takes stages that have nothing to start or stop", async () => {
  const stages = new Stages([{ name: "idle" }]);
  await stages.start();
  assertEquals(await stages.stop(), []);
});
