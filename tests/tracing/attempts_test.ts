import { assertEquals } from "@std/assert";
import { startService } from "../e2e/service_process.ts";
import { startSite } from "../fakes/site.ts";
import { startOtlpReceiver, told } from "./otlp_receiver.ts";

Deno.test("attempts that ask from a process, fail or die with their worker are in their requests' traces", async () => {
  await using receiver = startOtlpReceiver();
  await using site = startSite({ "/page": "here" }, new Response(null, { status: 404 }));
  const env = {
    ...receiver.env,
    ALLOW_PRIVATE_HOSTS: site.host,
    WORKERS: "2",
    TASKS_DIR: new URL("./tasks/", import.meta.url).pathname,
  };
  await using service = await startService({ env });
  const traces = new Map<string, string>();
  for (const [i, type] of ["asking", "failing", "leaving"].entries()) {
    const trace = `${i + 1}`.repeat(32);
    traces.set(type, trace);
    const { status, body } = await service.json<{ task_id: string }>("/api/tasks", {
      method: "POST",
      headers: { traceparent: `00-${trace}-00f067aa0ba902b7-01` },
      body: JSON.stringify({ type, input: { url: `${site.url}/page?token=hunter2` } }),
    });
    assertEquals(status, 202, JSON.stringify(body));
    await service.json(`/api/tasks/${body.task_id}?wait_s=20`);
  }
  const of = (type: string, name: string) =>
    receiver.spans.filter((span) => span.traceId === traces.get(type) && span.name === name);
  await receiver.until(() =>
    of("asking", "run asking").length === 1 && of("failing", "run failing").length === 1 &&
    of("leaving", "run leaving").length === 2
  );
  const all = told(receiver.spans);

  const [run] = of("asking", "run asking");
  const [process] = of("asking", "process");
  assertEquals(process?.parentSpanId, run?.spanId, all);
  const page = of("asking", "fetch GET").find(({ attributes }) =>
    String(attributes["url.full"]).includes("/page")
  );
  assertEquals(page?.parentSpanId, process?.spanId, all);
  assertEquals(page?.attributes["url.full"], `${site.url}/page?token=REDACTED`);

  const [failed] = of("failing", "run failing");
  assertEquals([failed?.statusCode, failed?.attributes["error.type"]], [2, "handler_error"]);
  const line = service.log().split("\n").find((each) => each.includes("about to fail"));
  assertEquals(JSON.parse(line!).trace_id, traces.get("failing"));

  // A crash counts no attempt, but a second one ends the task.
  const enqueued = of("leaving", "enqueue leaving")[0]!.spanId;
  assertEquals(
    of("leaving", "run leaving").map(({ attributes, statusCode, parentSpanId }) => [
      attributes["task.attempt"],
      attributes["error.type"],
      statusCode,
      parentSpanId,
    ]),
    [[1, "worker_crashed", 2, enqueued], [1, "worker_crashed", 2, enqueued]],
  );
  const own = receiver.spans.filter(({ kind }) => kind !== 2);
  assertEquals(JSON.stringify(own).includes("hunter2"), false);
});
