import { assertEquals } from "@std/assert";
import { client } from "./client.ts";

const lines = (deps: ReturnType<typeof client>["deps"]) =>
  deps.logged.filter(({ message }) => message === "request").map(({ level, fields }) => [level, fields]);

Deno.test("at LOG_LEVEL=debug every request has one line with its id, route and status", async () => {
  const { call, deps } = client({ LOG_LEVEL: "debug" });
  await call("/health", { headers: { "x-request-id": "mine" } });
  await call("/api/tasks/none", { headers: { "x-request-id": "other" } });
  const [first, second] = lines(deps) as [string, Record<string, unknown>][];
  assertEquals([first![0], second![0], deps.logged.length], ["debug", "debug", 2]);
  const { duration_ms, ...rest } = second![1];
  assertEquals(rest, { request_id: "other", method: "GET", route: "/api/tasks/:task_id", status: 404 });
  assertEquals(typeof duration_ms, "number");
  assertEquals(first![1].request_id, "mine");
});

Deno.test("at the default level only a failure of the service has a line, a warning", async () => {
  const { call, deps } = client();
  await call("/health");
  await call("/api/tasks/none");
  deps.queue.get = () => Promise.reject(new Error("broken"));
  await call("/api/tasks/none", { headers: { "x-request-id": "mine" } });
  const [[level, fields]] = lines(deps) as [[string, Record<string, unknown>]];
  assertEquals([lines(deps).length, level, fields.request_id, fields.status], [1, "warning", "mine", 500]);
});
