import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { ServiceError } from "../../src/platform/errors.ts";
import { createHttpApp, HttpServer } from "../../src/http/mod.ts";
import type { FakeAnswers } from "../fakes/fake_search.ts";
import { ANSWER_EVENTS } from "../fakes/fake_search.ts";
import { fakeHttpDeps } from "../fakes/fake_http_deps.ts";
import { client } from "./client.ts";
import { eventually } from "./event_client.ts";

type Problem = { code: string; detail: string; errors?: { path: string }[] };
const question = "How heavy is it?";

/** The events of a stream that has ended. */
function eventsOf(text: string): [event: string, data: Record<string, unknown>][] {
  return text.split("\n\n").filter((each) => each.startsWith("event: ")).map((each) => {
    const [, event, data] = /^event: (\w+)\ndata: (.*)$/.exec(each)!;
    return [event!, JSON.parse(data!)];
  });
}

const DONE = {
  answer: "It weighs 14.8 kg [1].",
  found: true,
  citations: [{
    number: 1,
    chunk_id: "doc_1-a",
    document_id: "doc_1",
    url: "https://example.com/sp-88",
    page: 3,
  }],
  unsupported: [7],
  model: "stub",
  usage: { input_tokens: 100, output_tokens: 9 },
  took_ms: 12,
};

Deno.test("POST /api/ask streams the sources, the words, the answer", async () => {
  const { call, deps } = client();
  const { status, headers, body } = await call<string>("/api/ask", {
    json: { question, k: 4, brand: "b", lang: "he", filters: { kinds: ["product"] } },
  });
  assertEquals([status, headers.get("content-type")], [200, "text/event-stream; charset=utf-8"]);
  const [sources, ...rest] = eventsOf(body);
  assertEquals(sources![0], "sources");
  const { degraded, sources: passages } = sources![1] as {
    degraded: boolean;
    sources: Record<string, unknown>[];
  };
  assertEquals([degraded, passages.length, passages[0]!.number, passages[0]!.chunk_id], [
    false,
    1,
    1,
    "doc_1-a",
  ]);
  assertEquals(rest, [["text", { text: "It weighs " }], ["text", { text: "14.8 kg [1]." }], ["done", DONE]]);
  assertEquals(deps.answers.asked, [{
    question,
    k: 4,
    brand: "b",
    lang: "he",
    filters: { kinds: ["product"] },
  }]);
  assertEquals(deps.answers.over, 1);
});

for (
  const [what, json, accept, streams] of [
    ["stream: false", { stream: false }, "*/*", false],
    ["Accept: application/json", {}, "application/json", false],
    ["Accept of both", {}, "application/json, text/event-stream", true],
    ["stream: true", { stream: true }, "application/json", true],
  ] as const
) {
  Deno.test(`POST /api/ask with ${what} answers ${streams ? "as a stream" : "in one piece"}`, async () => {
    const { call } = client();
    const { body, headers } = await call("/api/ask", { json: { question, ...json }, headers: { accept } });
    assertStringIncludes(headers.get("content-type")!, streams ? "text/event-stream" : "application/json");
    if (streams) return;
    const { sources, ...rest } = body as { sources: Record<string, unknown>[] };
    assertEquals(rest as unknown, { ...DONE, degraded: false });
    assertEquals([sources.length, sources[0]!.number], [1, 1]);
  });
}

Deno.test("POST /api/ask without LLM_URL is a 503 that says what to set", async () => {
  const { call, deps } = client();
  deps.answers.enabled = false;
  const { status, body } = await call<Problem>("/api/ask", { json: { question } });
  assertEquals([status, body.code], [503, "unavailable"]);
  assertStringIncludes(body.detail, "LLM_URL");
  assertEquals(deps.answers.asked, []);
});

for (
  const [json, path] of [
    [{}, "question"],
    [{ question: " " }, "question"],
    [{ question: "x".repeat(2001) }, "question"],
    [{ question, k: 21 }, "k"],
    [{ question, stream: "no" }, "stream"],
    [{ question, model: "gpt" }, "model"],
  ] as const
) {
  Deno.test(`POST /api/ask refuses ${JSON.stringify(json).slice(0, 40)}`, async () => {
    const { status, body } = await client().call<Problem>("/api/ask", { json });
    assertEquals([status, body.errors?.[0]?.path], [422, path]);
  });
}

Deno.test("POST /api/ask has a status of its own for what fails before the first event", async () => {
  for (const stream of [true, false]) {
    const { call, deps } = client();
    deps.answers.says = [new ServiceError("unavailable", "The model cannot be asked")];
    const { status, body, headers } = await call<Problem>("/api/ask", { json: { question, stream } });
    assertEquals([status, body.code, headers.get("content-type")], [
      503,
      "unavailable",
      "application/problem+json",
    ]);
  }
});

Deno.test("POST /api/ask ends a stream that fails on its way with the problem, told like any other", async () => {
  const { call, deps } = client();
  const [sources, text] = ANSWER_EVENTS;
  deps.answers.says = [sources!, text!, new ServiceError("unavailable", "The model has gone")];
  const { status, body } = await call<string>("/api/ask", {
    json: { question },
    headers: { "x-request-id": "r" },
  });
  assertEquals(status, 200);
  assertEquals(eventsOf(body).map(([event]) => event), ["sources", "text", "error"]);
  assertEquals(eventsOf(body)[2]![1], {
    type: "urn:tutti:problem:unavailable",
    title: "The service cannot do this now",
    status: 503,
    detail: "The model has gone",
    code: "unavailable",
    request_id: "r",
  });
  // Of what nobody threw on purpose the client hears no word, and the log all of it.
  for (const says of [[sources!, new Error("secret")], [sources!]]) {
    deps.answers.says = says;
    const { body: broken } = await call<string>("/api/ask", { json: { question } });
    assertEquals(eventsOf(broken)[1]![1].code, "internal");
    assert(!broken.includes("secret"));
  }
  assertEquals(deps.logged.filter(({ message }) => message === "request_failed").length, 2);
});

/** The answers behind a listener; `heartbeatMs` short. */
function listen(change: (answers: FakeAnswers) => void, heartbeatMs = 10_000) {
  const deps = fakeHttpDeps();
  change(deps.answers);
  const app = createHttpApp(deps, { ask: { heartbeatMs } });
  const server = new HttpServer({
    handler: (request, info) => app.fetch(request, info as never),
    log: deps.log,
  });
  const { port } = server.start({ hostname: "127.0.0.1", port: 0 });
  const ask = (init: RequestInit & { stream?: boolean } = {}) => {
    const { stream, ...rest } = init;
    return fetch(`http://127.0.0.1:${port}/api/ask`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ question, stream }),
      ...rest,
    });
  };
  return { deps, port, ask, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

const [SOURCES, TEXT] = ANSWER_EVENTS;

Deno.test("POST /api/ask lets go of the model when the client goes", async () => {
  for (const stream of [true, false]) {
    const never = new Promise<void>(() => {});
    await using it = listen((answers) => answers.says = [SOURCES!, TEXT!, never]);
    const gone = new AbortController();
    const asked = it.ask({ stream, signal: gone.signal }).then((response) => response.text());
    await eventually(() => it.deps.answers.given === 2);
    gone.abort();
    await asked.catch(() => {});
    await eventually(() => it.deps.answers.over === 1 && it.deps.answers.signal!.aborted);
  }
});

Deno.test("POST /api/ask ends its streams with a problem when the service stops", async () => {
  await using it = listen((answers) => answers.says = [SOURCES!, new Promise<void>(() => {})]);
  const response = await it.ask();
  await eventually(() => it.deps.answers.given === 1);
  const text = response.text();
  // The client has taken the sources and waits when the stop comes.
  await new Promise((resolve) => setTimeout(resolve, 50));
  it.deps.stop();
  assertEquals(eventsOf(await text).map(([event, { code }]) => [event, code]), [
    ["sources", undefined],
    ["error", "unavailable"],
  ]);
  await eventually(() => it.deps.answers.over === 1);
});

Deno.test("POST /api/ask gives a waiting client signs of life", async () => {
  const late = Promise.withResolvers<void>();
  const [, , more, done] = ANSWER_EVENTS;
  await using it = listen((answers) => answers.says = [SOURCES!, late.promise, more!, done!], 5);
  const tooLong = new AbortController();
  const timer = setTimeout(() => tooLong.abort(), 10_000);
  const reader = (await it.ask({ signal: tooLong.signal })).body!.pipeThrough(new TextDecoderStream())
    .getReader();
  let text = "";
  while (!text.includes(": still here\n\n: still here\n\n")) text += (await reader.read()).value ?? "";
  clearTimeout(timer);
  late.resolve();
  for (let part; !(part = await reader.read()).done;) text += part.value;
  assertEquals(eventsOf(text).map(([event]) => event), ["sources", "text", "done"]);
});

Deno.test("POST /api/ask makes no word that the client has not room for, and lets go of one that does not read", async () => {
  const text = { kind: "text", text: "x".repeat(65_536) } as const;
  await using it = listen((answers) => answers.says = [SOURCES!, ...new Array(2000).fill(text)], 20);
  const socket = await Deno.connect({ hostname: "127.0.0.1", port: it.port });
  const body = JSON.stringify({ question });
  await socket.write(new TextEncoder().encode(
    `POST /api/ask HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  ));
  await eventually(() => it.deps.answers.over === 1);
  assert(it.deps.answers.given < 500, `${it.deps.answers.given} events were made for nobody`); // some 16 MB of 131
  socket.close();
});
