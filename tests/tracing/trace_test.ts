import { assert, assertEquals } from "@std/assert";
import { startService } from "../e2e/service_process.ts";
import { startSite } from "../fakes/site.ts";
import { startOtlpReceiver, told } from "./otlp_receiver.ts";

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const CALLER = "00f067aa0ba902b7";

Deno.test("one trace goes from the request through queue, worker and sandbox to index and webhook", async () => {
  const hooks: (string | null)[] = [];
  const asked: (string | null)[] = [];
  await using receiver = startOtlpReceiver();
  await using site = startSite({
    "/robots.txt": () => new Response("User-agent: *\nAllow: /\n"),
    "/page": (request) => {
      asked.push(request.headers.get("traceparent"));
      return new Response(
        "<!doctype html><title>A page</title><main><p>Words of a page to be found.</main>",
        {
          headers: { "content-type": "text/html" },
        },
      );
    },
    "/hook": (request) => {
      hooks.push(request.headers.get("traceparent"));
      return new Response(null, { status: 204 });
    },
  });
  await using service = await startService({
    // A Chroma that is not there: the page is indexed by its words, its vectors are owed.
    env: { ...receiver.env, ALLOW_PRIVATE_HOSTS: site.host, WORKERS: "2", CHROMA_URL: "http://127.0.0.1:9" },
  });
  const { status, body } = await service.json<{ task_id: string }>("/api/tasks?secret=hunter2", {
    method: "POST",
    headers: { traceparent: `00-${TRACE}-${CALLER}-01`, "x-request-id": "asked-by-test" },
    body: JSON.stringify({
      type: "scrape",
      input: { url: `${site.url}/page?key=hunter2&lang=he`, index: true },
      webhook: { url: `${site.url}/hook?token=hunter2` },
    }),
  });
  assertEquals(status, 202, JSON.stringify(body));
  await receiver.until((spans) =>
    ["run index", "run webhook", "fetch POST", "POST /api/tasks"].every((name) =>
      spans.some((span) => span.name === name && span.traceId === TRACE)
    )
  );
  const spans = receiver.spans.filter(({ traceId }) => traceId === TRACE);
  const one = (name: string, fits: (attributes: Record<string, unknown>) => boolean = () => true) => {
    const found = spans.filter((span) => span.name === name && fits(span.attributes));
    assertEquals(found.length, 1, `${name}:\n${told(spans)}`);
    return found[0]!;
  };
  const request = one("POST /api/tasks");
  assertEquals([request.parentSpanId, request.kind], [CALLER, 2]);
  assertEquals(request.attributes["http.route"], "/api/tasks");
  assertEquals(request.attributes["request.id"], "asked-by-test");
  assertEquals(request.resource["service.name"], "tutti-under-test");

  const enqueue = one("enqueue scrape");
  assertEquals([enqueue.parentSpanId, enqueue.kind], [request.spanId, 4]);
  assertEquals(enqueue.attributes["task.id"], body.task_id);
  const wait = one("wait scrape");
  assertEquals(wait.parentSpanId, enqueue.spanId);
  const run = one("run scrape");
  assertEquals([run.parentSpanId, run.kind, run.statusCode], [enqueue.spanId, 5, 0]);
  assertEquals(run.attributes, {
    "task.id": body.task_id,
    "task.type": "scrape",
    "task.attempt": 1,
    "request.id": "asked-by-test",
    "task.outcome": "completed",
  });
  assert(wait.endMs <= run.endMs && wait.startMs <= wait.endMs, told(spans));

  const fetch = one("fetch GET", (attributes) => String(attributes["url.full"]).includes("/page"));
  assertEquals([fetch.parentSpanId, fetch.kind], [run.spanId, 3]);
  assertEquals(fetch.attributes["url.full"], `${site.url}/page?key=REDACTED&lang=REDACTED`);
  assertEquals(fetch.attributes["http.response.status_code"], 200);
  const parse = one("parse", (attributes) => attributes["parse.what"] === "page");
  assertEquals(parse.parentSpanId, fetch.spanId);
  assertEquals(one("parse", (attributes) => attributes["parse.what"] === "robots").parentSpanId, run.spanId);
  assertEquals(asked, [null], "a site that is scraped is told of no trace");

  const runIndex = one("run index");
  assertEquals(runIndex.parentSpanId, enqueue.spanId);
  assertEquals(one("index").parentSpanId, runIndex.spanId);
  const runWebhook = one("run webhook");
  assertEquals(runWebhook.parentSpanId, enqueue.spanId);
  const post = one("fetch POST");
  assertEquals(post.parentSpanId, runWebhook.spanId);
  assertEquals(hooks, [`00-${TRACE}-${post.spanId}-01`]);

  const own = receiver.spans.filter(({ name }) => !name.startsWith("POST /api"));
  assertEquals(
    JSON.stringify(own).includes("hunter2"),
    false,
    "no secret of a query in what this service adds",
  );
});

Deno.test("what nobody asked for is no part of what somebody asked for: heartbeats, schedules, what follows", async () => {
  await using receiver = startOtlpReceiver();
  let beats = 0;
  await using chroma = startSite({}, () => {
    beats++;
    return new Response("no Chroma", { status: 500 });
  });
  await using service = await startService({
    env: { ...receiver.env, WORKERS: "1", CHROMA_URL: chroma.url },
  });
  const headers = { traceparent: `00-${TRACE}-${CALLER}-01` };
  const search = await service.json("/api/search?q=words", { headers });
  assertEquals(search.status, 200, JSON.stringify(search.body));
  const made = await service.json("/api/schedules/often", {
    method: "PUT",
    headers,
    body: JSON.stringify({ every_s: 1, task: { type: "test", input: {} } }),
  });
  assertEquals(made.status, 201, JSON.stringify(made.body));
  const named = (name: string) => receiver.spans.filter((span) => span.name === name);
  await receiver.until(() => named("run test").length >= 2 && beats >= 3 && named("GET").length >= 3);

  const beatsOf = named("GET").map(({ traceId, parentSpanId }) => [traceId, parentSpanId]);
  assertEquals(new Set(beatsOf.map(([traceId]) => traceId)).size, beatsOf.length, told(receiver.spans));
  assertEquals(beatsOf.every(([, parent]) => parent === ""), true);

  const enqueued = named("enqueue test");
  assertEquals(new Set([TRACE, ...enqueued.map(({ traceId }) => traceId)]).size, enqueued.length + 1);
  for (const { attributes, parentSpanId } of enqueued) {
    assertEquals([attributes["schedule.id"], parentSpanId], ["often", ""]);
  }
  for (const run of named("run test")) {
    const asked = enqueued.find(({ spanId }) => spanId === run.parentSpanId);
    assertEquals(asked?.traceId, run.traceId, told(receiver.spans));
  }

  const retrieve = named("retrieve")[0]!;
  assertEquals(retrieve.traceId, TRACE);
  assertEquals(retrieve.parentSpanId, named("GET /api/search")[0]!.spanId);
});

Deno.test("without OTEL_DENO nothing is sent, and a webhook is told of no trace", async () => {
  const hooked = Promise.withResolvers<string | null>();
  await using receiver = startOtlpReceiver();
  await using site = startSite({
    "/hook": (request) => {
      hooked.resolve(request.headers.get("traceparent"));
      return new Response(null, { status: 204 });
    },
  });
  const env = { ...receiver.env, OTEL_DENO: "false", ALLOW_PRIVATE_HOSTS: site.host, WORKERS: "1" };
  await using service = await startService({ env });
  const { status } = await service.json("/api/tasks", {
    method: "POST",
    headers: { traceparent: `00-${TRACE}-${CALLER}-01` },
    body: JSON.stringify({ type: "test", input: {}, webhook: { url: `${site.url}/hook` } }),
  });
  assertEquals([status, await hooked.promise], [202, null]);
  assertEquals(await service.end(), 0);
  assertEquals(receiver.spans, []);
});
