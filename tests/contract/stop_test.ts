import { assert, assertEquals, assertLess } from "@std/assert";
import { ApiDocument } from "./api_document.ts";
import { startService } from "../e2e/service_process.ts";
import { Judge } from "./judge.ts";

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

Deno.test("while it stops: live, not ready, 503 on /health; what had not ended is queued again", async (t) => {
  await using judge = await Judge.start({ env: { SHUTDOWN_GRACE_MS: "2000" } });
  const { service } = judge;
  const quick = (await judge.call("POST /api/test/task?delay=1.2", { expect: 202 })).body.task_id;
  const long = (await judge.call("POST /api/test/task?delay=60", { expect: 202 })).body.task_id;
  await pause(200);
  const beganMs = performance.now();
  const ended = service.end("SIGTERM");
  await pause(300);

  await t.step("the probes", async () => {
    const health = (await judge.call("GET /health", { expect: 503 })).body;
    assertEquals(health.status, "stopping");
    assertEquals((await judge.call("GET /health/ready", { expect: 503 })).body, { status: "stopping" });
    await judge.call("GET /health/live", { expect: 200 });
  });

  await t.step("what is asked is still answered, and what would be new is refused with 503", async () => {
    await judge.call(`GET /api/tasks/${long}`, { expect: 200 });
    for (const route of ["POST /api/test/task?delay=0", "POST /api/tasks"]) {
      const json = route.endsWith("/tasks") ? { type: "test" } : undefined;
      await judge.refused(route, 503, "unavailable", { json });
    }
    await judge.refused(`POST /api/tasks/${long}/retry`, 503, "unavailable");
  });

  await t.step("it ends with 0, soon after the grace", async () => {
    assertEquals(await ended, 0);
    assertLess(performance.now() - beganMs, 12_000);
  });

  await t.step(
    "the next start has the quick one completed and runs the long one again, no attempt counted",
    async () => {
      await using again = await Judge.of(await service.restart());
      assertEquals((await again.call(`GET /api/tasks/${quick}`)).body.status, "completed");
      const task = (await again.call(`GET /api/tasks/${long}`)).body;
      assert(["queued", "running"].includes(task.status), task.status);
      assertLess(task.attempts, 2);
      const { counts, accepted } = (await again.call("GET /api/tasks/queue/status")).body;
      assertEquals(accepted, Object.values<number>(counts).reduce((a, b) => a + b, 0));
      await again.call(`DELETE /api/tasks/${long}`, { expect: 200 });
    },
  );
});

Deno.test("a stop right after the start logs no error", async () => {
  const service = await startService();
  await using _ = service;
  assertEquals(await service.end("SIGTERM"), 0);
  assert(!service.log().includes('"level":"error"'), service.log());
});

Deno.test("before it is ready /health/ready says starting with 503, and never goes back", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const starting = startService({ env: { PORT: String(port), WORKERS: "32" } });
  const answers: [number, string][] = [];
  for (let i = 0; i < 4000 && answers.at(-1)?.[0] !== 200; i++) {
    try {
      const response = await fetch(`http://127.0.0.1:${port}/health/ready`);
      answers.push([response.status, await response.text()]);
    } catch {
      await pause(2); // not listening yet
    }
  }
  await using service = await starting;
  const document = new ApiDocument(await (await fetch(`${service.url}/openapi.json`)).json());
  assertEquals(document.patternOf("/health/ready"), "/health/ready");
  const before = answers.slice(0, -1);
  assert(before.length > 0, "it listens only once it is ready: an orchestrator sees refused connections");
  assertEquals([...new Set(before.map(String))], ['503,{"status":"starting"}']);
  assertEquals(answers.at(-1), [200, '{"status":"ok"}']);
});
