import { assert, assertEquals, assertMatch } from "@std/assert";
import { articlePage, startSite } from "../fakes/site.ts";
import { lacks } from "../needs.ts";
import { fieldsOf, type Json, Judge } from "./judge.ts";

const RFC3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const REQUEST = ["bytes", "duration_ms", "kind", "method", "request_id", "route", "status", "ts"];
const TASK = ["attempt", "kind", "request_id", "run_ms", "status", "task_id", "ts", "type", "wait_ms"];

const linesOf = async (path: string): Promise<Json[]> =>
  (await Deno.readTextFile(path)).trimEnd().split("\n").map((line) => JSON.parse(line));

Deno.test("what the service leaves behind: metrics.jsonl and app.log, as the contract says", async (t) => {
  await using site = startSite({ "/a.html": articlePage("A") });
  await using judge = await Judge.start({ env: { ALLOW_PRIVATE_HOSTS: site.host } });
  const { service } = judge;
  const headers = { "x-request-id": "the-callers.own" };
  const made = (await judge.call("POST /api/test/task?delay=0.1", { headers, expect: 202 })).body.task_id;
  await judge.ended(made);
  const scraped = (await judge.call("POST /api/tasks", {
    json: { type: "scrape", input: { url: `${site.url}/none.html?secret=1` } },
  })).body.task_id;
  await judge.ended(scraped);
  const waiting =
    (await judge.call("POST /api/tasks", { json: { type: "test", delay_s: 100 } })).body.task_id;
  await judge.call(`DELETE /api/tasks/${waiting}`, { expect: 200 });
  await judge.call("GET /no/such/route", { expect: 404 });
  const summary = (await judge.call("GET /monitoring/metrics-summary")).body;
  assertEquals(await service.end("SIGTERM"), 0);
  const lines = await linesOf(`${service.folder}/logs/metrics.jsonl`);
  const requests = lines.filter(({ kind }) => kind === "request");
  const tasks = lines.filter(({ kind }) => kind === "task");

  await t.step("every line is a request or a task", () => {
    assertEquals(lines.length, requests.length + tasks.length);
    for (const line of lines) assertMatch(line.ts, RFC3339);
  });

  await t.step("a line for every request, its route the pattern and never the path", () => {
    for (const line of requests) {
      assertEquals(fieldsOf(line), REQUEST);
      assert(line.duration_ms >= 0 && Number.isInteger(line.status) && Number.isInteger(line.bytes));
    }
    const mine = requests.find(({ request_id }) => request_id === "the-callers.own");
    assertEquals([mine.method, mine.route, mine.status], ["POST", "/api/test/task", 202]);
    const routes = new Set(requests.map(({ route }) => route));
    assert(routes.has("/api/tasks/:task_id") && routes.has("unmatched"), [...routes].join(" "));
    assert(!JSON.stringify(requests).includes(made), "a task's id is in a route");
    // All but the summary's own line were counted before it was asked for.
    assertEquals(summary.requests.total, requests.length - 1);
  });

  await t.step("a line for every task's end, with the caller's request id and the error's code", () => {
    const of = (id: string) => tasks.filter(({ task_id }) => task_id === id);
    const [slept] = of(made);
    assertEquals(fieldsOf(slept), TASK);
    assertEquals([slept.type, slept.status, slept.attempt], ["test", "completed", 1]);
    assertEquals(slept.request_id, "the-callers.own");
    assert(slept.run_ms >= 90 && slept.wait_ms >= 0);
    const [failed] = of(scraped);
    assertEquals([failed.status, failed.error_code], ["failed", "http_4xx"]);
    // It never ran: there is no time, and 0 would be a number that lies.
    const [cancelled] = of(waiting);
    assertEquals([cancelled.status, cancelled.wait_ms, cancelled.run_ms], ["cancelled", null, null]);
    const test = summary.tasks.by_type.find(({ type }: Json) => type === "test");
    assertEquals([test.completed, test.cancelled], [1, 1]);
    assert(test.run_ms.p50 >= 90, JSON.stringify(test));
  });

  await t.step("app.log has the lines of start and stop, in their order", async () => {
    const log = await linesOf(`${service.folder}/logs/app.log`);
    const said = log.map(({ message }) => String(message));
    const places = [
      /^application_starting version=\d+\.\d+\.\d+/,
      /^task_queue_started workers=4/,
      /^application_started/,
      /^application_stopping/,
      /^application_stopped/,
    ].map((pattern) => said.findIndex((message) => pattern.test(message)));
    assert(!places.includes(-1), said.join("\n"));
    assertEquals(places, places.toSorted((a, b) => a - b));
    for (const line of log) {
      assertMatch(line.ts, RFC3339);
      assert(["debug", "info", "warning", "error"].includes(line.level), line.level);
    }
  });
});

Deno.test("a torn last line of metrics.jsonl is repaired by the next start", async () => {
  await using judge = await Judge.start();
  await judge.call("GET /health");
  const { folder } = judge.service;
  const path = `${folder}/logs/metrics.jsonl`;
  await judge.service.end("SIGTERM");
  await Deno.writeTextFile(path, '{"ts":"2026-01-01T00:0', { append: true });
  await using again = await Judge.of(await judge.service.restart());
  await again.call("GET /health");
  await again.service.end("SIGTERM");
  const lines = await linesOf(path);
  assert(lines.length >= 3);
});

Deno.test({
  name: "GET /metrics passes promtool check metrics, after traffic of every kind",
  ignore: lacks("promtool"),
  fn: async () => {
    await using judge = await Judge.start();
    for (
      const route of [
        "GET /health",
        "GET /none",
        "PUT /health",
        "POST /api/test/task?delay=0",
        "GET /api/test/cache",
      ]
    ) {
      await judge.call(route);
    }
    const { text } = await judge.call("GET /metrics", { expect: 200 });
    const child = new Deno.Command("promtool", {
      args: ["check", "metrics"],
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(text));
    await writer.close();
    const { code, stdout, stderr } = await child.output();
    const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
    assertEquals([code, said], [0, ""]);
    for (const name of ["http_requests_total", "http_request_duration_seconds", "tasks"]) {
      assert(text.includes(`tutti_${name}`), `there is no tutti_${name}`);
    }
  },
});
