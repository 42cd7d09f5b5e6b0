import { assertEquals } from "@std/assert";
import { client } from "./client.ts";

const WAIT = "/api/tasks/mine?wait_s=60";

async function withTask() {
  const it = client();
  await it.call("/api/tasks", { json: { type: "test", task_id: "mine" } });
  return it;
}

Deno.test("a long poll ends when the service begins to stop, with the task as it then is", async () => {
  const { call, deps } = await withTask();
  const polls = Array.from({ length: 3 }, () => call<{ status: string }>(WAIT));
  while (deps.queue.waits.length < polls.length) await Promise.resolve();
  deps.queue.tasks.get("mine")!.status = "running";
  deps.stop();
  for (const poll of polls) {
    const { status, body } = await poll;
    assertEquals([status, body.status], [200, "running"]);
  }
});

Deno.test("a long poll of a service that is stopping already is answered at once", async () => {
  const { call, deps } = await withTask();
  deps.stop();
  const { status, body } = await call<{ status: string }>(WAIT);
  assertEquals([status, body.status], [200, "queued"]);
});

Deno.test("a long poll whose caller has gone is not answered as if the service stopped", async () => {
  const { call, deps } = await withTask();
  const gone = new AbortController();
  const poll = call(WAIT, { signal: gone.signal });
  while (deps.queue.waits.length === 0) await Promise.resolve();
  gone.abort();
  assertEquals((await poll).status, 499);
});
