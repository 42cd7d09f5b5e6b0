import { assert, assertEquals, assertLess } from "@std/assert";
import { createHttpApp } from "../../src/http/mod.ts";
import { configureLogging, getLogger, logEvent, type Logging } from "../../src/logging/mod.ts";
import { fakeHttpDeps } from "../fakes/fake_http_deps.ts";
import { EventReader } from "../http/event_reader.ts";

const logger = getLogger(["tutti"]);

/** The app over a real log. */
function serve(logging: Logging, heartbeatMs?: number) {
  const deps = fakeHttpDeps();
  deps.logs = logging;
  deps.log = {
    debug: (event, fields) => logEvent(logger, "debug", event, fields),
    warn: (event, fields) => logEvent(logger, "warning", event, fields),
    error: (event, fields) => logEvent(logger, "error", event, fields),
  };
  const app = createHttpApp(deps, { logs: { heartbeatMs } });
  const info = { remoteAddr: { transport: "tcp", hostname: "127.0.0.1", port: 50_000 } };
  const ask = async (path: string, init: RequestInit = {}) => await app.request(path, init, info as never);
  return {
    deps,
    ask,
    follow: async (query = "", init?: RequestInit) => {
      const response = await ask(`/api/logs/stream${query}`, init);
      assertEquals(response.status, 200);
      return new EventReader(response);
    },
    patch: (body: unknown) =>
      ask("/api/log-level", {
        method: "PATCH",
        body: JSON.stringify(body),
        headers: { "content-type": "application/json", "x-request-id": "patched" },
      }),
  };
}

const say = (event: string, fields: Record<string, unknown> = {}, level: "info" | "error" = "info") =>
  logEvent(logger, level, event, fields);
const first = (message: string | undefined) => message?.split(" ")[0];

Deno.test("GET /api/logs/stream tells the last lines, then those to come, with ids to come back with", async () => {
  await using logging = configureLogging({ stderr: false });
  const { follow } = serve(logging);
  for (const event of ["a", "b", "c"]) say(event);
  let lastId: string;
  {
    await using reader = await follow("?last=2");
    assertEquals(first((await reader.next())?.data.message), "b");
    const { event, data } = (await reader.next())!;
    assertEquals([event, data.message, data.level, reader.retryMs], ["line", "c", "info", 1000]);
    say("d", { token: "abc", task_id: "t" });
    assertEquals((await reader.next())?.data.message, "d token=[redacted] task_id=t");
    lastId = reader.lastId!;
  }
  say("while away");
  await using back = await follow("", { headers: { "last-event-id": lastId } });
  assertEquals((await back.next())?.data.message, "while away");
  await using other = await follow("?last=1&last_event_id=of-another-process");
  assertEquals((await other.next())?.data.message, "while away");
});

Deno.test("GET /api/logs/stream tells only what its query asks for", async () => {
  await using logging = configureLogging({ stderr: false });
  const { follow, ask } = serve(logging);
  say("a", { task_id: "t", request_id: "r" });
  say("b", { task_id: "u", request_id: "r" }, "error");
  say("c", { task_id: "t" }, "error");
  for (
    const [query, wanted] of new Map([
      ["?task_id=t", ["a", "c"]],
      ["?request_id=r", ["a", "b"]],
      ["?level=error", ["b", "c"]],
      ["?level=error&task_id=t", ["c"]],
    ])
  ) {
    await using reader = await follow(query);
    const seen: (string | undefined)[] = [];
    for (let i = 0; i < wanted.length; i++) seen.push(first((await reader.next())?.data.message));
    assertEquals(seen, wanted, query);
    say("end", { task_id: "t", request_id: "r" }, "error");
    assertEquals(first((await reader.next())?.data.message), "end", query);
  }
  for (const query of ["?level=loud", "?last=1001", "?last=-1", "?task_id=a%00b"]) {
    assertEquals((await ask(`/api/logs/stream${query}`)).status, 422, query);
  }
  assertEquals((await ask("/api/logs/stream", { method: "HEAD" })).body, null);
});

Deno.test("a client of the log that does not read is kept nothing for, and told what it missed", async () => {
  await using logging = configureLogging({ stderr: false, feed: { maxLines: 10 } });
  const { follow } = serve(logging);
  await using reader = await follow("?last=0");
  say("seen");
  assertEquals((await reader.next())?.data.message, "seen");
  for (let i = 1; i <= 1000; i++) say(`line${i}`);
  // What the pipe under the reader asked for before it had it.
  const all: string[] = [];
  let missed = 0;
  for (let message; (message = await reader.next()) !== undefined;) {
    if (message.event === "missed") missed += message.data.lines!;
    else all.push(message.data.message!);
    if (all.at(-1) === "line1000") break;
  }
  assertEquals(all.length + missed, 1000);
  assertLess(all.length, 50);
  assert(missed > 900);
});

Deno.test("a client of the log that takes nothing for some heartbeats is given up", async () => {
  await using logging = configureLogging({ stderr: false, level: "debug" });
  const { ask } = serve(logging, 1);
  const response = await ask("/api/logs/stream?last=0");
  const given = Promise.withResolvers<void>();
  using _leave = { [Symbol.dispose]: logging.lines.follow({}, () => given.resolve()) };
  await given.promise;
  const [dropped] = logging.lines.read(0, {}).lines.slice(-1);
  assert(dropped!.json.includes("event_stream_dropped"), dropped!.json);
  await response.body!.cancel();
});

Deno.test("a stream of the log ends when the service stops, with what had been logged", async () => {
  await using logging = configureLogging({ stderr: false });
  const { follow, deps } = serve(logging);
  say("a");
  await using reader = await follow();
  assertEquals((await reader.next())?.data.message, "a");
  deps.stop();
  assertEquals(await reader.next(), undefined);
});

Deno.test("PATCH /api/log-level holds at once, says so in the log and keeps to levels there are", async () => {
  await using logging = configureLogging({ stderr: false });
  const { ask, patch } = serve(logging);
  assertEquals(await (await ask("/api/log-level")).json(), { level: "info", configured: "info" });
  const answer = await patch({ level: "debug" });
  assertEquals([answer.status, await answer.json()], [200, { level: "debug", configured: "info" }]);
  await ask("/health", { headers: { "x-request-id": "seen" } });
  await patch({ level: "error" });
  await ask("/health");
  await patch({ level: "warning" });
  const lines = logging.lines.read(0, {}).lines.map(({ json, level, requestId }) => [
    level,
    requestId,
    JSON.parse(json).message.split(" request_id")[0].replace(/duration_ms=\S+/, "duration_ms"),
  ]);
  assertEquals(lines, [
    ["warning", "patched", "log_level_changed level=debug before=info"],
    ["debug", "patched", "request method=PATCH route=/api/log-level status=200 duration_ms"],
    ["debug", "seen", "request method=GET route=/health status=200 duration_ms"],
    ["warning", "patched", "log_level_changed level=error before=debug"],
    ["warning", "patched", "log_level_changed level=warning before=error"],
  ]);
  assertEquals((await patch({ level: "loud" })).status, 422);
  assertEquals((await patch({ level: "debug", more: 1 })).status, 422);
  assertEquals(logging.level(), "warning");
});
