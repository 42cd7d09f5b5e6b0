import { assert, assertEquals } from "@std/assert";
import { startService } from "../e2e/service_process.ts";
import { EventReader } from "../http/event_reader.ts";

const SECRET = "s3cret-of-the-operator";

Deno.test("a running service's log is followed by level, task and request, without its keys, and ends with it", async () => {
  const env = {
    WORKERS: "1",
    API_KEYS: `me:${SECRET}`,
    TASKS_DIR: new URL("../tracing/tasks/", import.meta.url).pathname,
  };
  await using service = await startService({ env });
  const headers = { authorization: `Bearer ${SECRET}`, "content-type": "application/json" };
  const follow = async (query: string) =>
    new EventReader(await fetch(`${service.url}/api/logs/stream${query}`, { headers }));
  const unknown = await fetch(`${service.url}/api/logs/stream`);
  assertEquals(unknown.status, 401);
  await unknown.body?.cancel();

  await using all = await follow("");
  const starting = (await all.next())!.data;
  assert(starting.message!.startsWith("application_starting version="), starting.message);
  await using ofRequest = await follow("?request_id=mine&level=warning&last=0");
  const asked = await service.json<{ task_id: string }>("/api/tasks", {
    method: "POST",
    headers: { ...headers, "x-request-id": "mine" },
    body: JSON.stringify({ type: "failing", input: { url: SECRET } }),
  });
  const line = (await ofRequest.next())!.data;
  assertEquals([line.level, line.task_id, line.request_id], ["warning", asked.body.task_id, "mine"]);
  assert(line.message!.startsWith("about to fail"), line.message);

  const level = (level: string) =>
    service.json("/api/log-level", { method: "PATCH", headers, body: JSON.stringify({ level }) });
  assertEquals((await level("debug")).body, { level: "debug", configured: "info" });
  await service.json(`/api/tasks/${SECRET}`, { headers: { ...headers, "x-request-id": "mine" } });
  await level("warning");
  await all.until(({ data }) => data.message!.includes("route=/api/tasks/:task_id"));
  assertEquals(await service.end(), 0);
  const rest = await all.until();
  assertEquals(rest.some(({ data }) => data.level === "info"), false, "the level held to the end");
  const written = await Deno.readTextFile(`${service.folder}/logs/app.log`);
  assertEquals([written, service.log()].map((text) => text.includes(SECRET)), [false, false]);
  assert(written.includes("log_level_changed"));
});
