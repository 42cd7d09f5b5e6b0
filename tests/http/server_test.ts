import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { createHttpApp, HttpServer } from "../../src/http/mod.ts";
import { type FakeHttpDeps, fakeHttpDeps } from "../fakes/fake_http_deps.ts";

const CONFIG = new URL("../../deno.json", import.meta.url).pathname;

interface Listening extends AsyncDisposable {
  url: string;
  port: number;
  deps: FakeHttpDeps;
  server: HttpServer;
}

function listen(
  env: Parameters<typeof fakeHttpDeps>[0] = {},
  change?: (deps: FakeHttpDeps) => void,
): Listening {
  const deps = fakeHttpDeps(env);
  change?.(deps);
  const app = createHttpApp(deps);
  const server = new HttpServer({
    handler: (request, info) => app.fetch(request, info as never),
    log: deps.log,
  });
  const { port } = server.start({ hostname: "127.0.0.1", port: 0 });
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    deps,
    server,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** Sends text over a socket and reads until a whole JSON answer has come. */
async function raw(port: number, text: string): Promise<string> {
  using socket = await Deno.connect({ hostname: "127.0.0.1", port });
  await socket.write(new TextEncoder().encode(text));
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(4096);
  let answer = "";
  for (let n; !answer.endsWith("}") && (n = await socket.read(buffer)) !== null;) {
    answer += decoder.decode(buffer.subarray(0, n));
  }
  return answer;
}

Deno.test("HttpServer answers with the peer's address known to protected mode", async () => {
  await using it = listen();
  const response = await fetch(`${it.url}/health`);
  assertEquals(response.status, 200);
  await response.body?.cancel();
});

Deno.test("HttpServer refuses a request under another host name (DNS rebinding)", async () => {
  await using it = listen();
  const answer = await raw(
    it.port,
    "GET /health HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n",
  );
  assertStringIncludes(answer, "HTTP/1.1 403");
});

for (
  const [name, framing] of [
    ["an announced body", "Content-Length: 50\r\n\r\n{"],
    ["a chunked body", "Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n"],
  ] as const
) {
  Deno.test(`HttpServer answers 408 when ${name} stalls`, async () => {
    await using it = listen({ BODY_TIMEOUT_MS: "100" });
    const head = "POST /api/tasks HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";
    const answer = await raw(it.port, head + framing);
    assertStringIncludes(answer, "HTTP/1.1 408");
    assertStringIncludes(answer, "request_timeout");
    assertEquals(it.deps.samples.map((sample) => [sample.route, sample.status]), [["/api/tasks", 408]]);
  });
}

Deno.test("HttpServer answers 413 when a chunked body grows too large", async () => {
  await using it = listen({ BODY_MAX_BYTES: "1024" });
  const body = new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode('"' + "a".repeat(2000)));
      controller.close();
    },
  });
  const response = await fetch(`${it.url}/api/tasks`, {
    method: "POST",
    body,
    headers: { "content-type": "application/json" },
  });
  assertEquals(response.status, 413);
  assertEquals((await response.json()).code, "body_too_large");
});

Deno.test("HttpServer ends a long poll when the caller goes", async () => {
  await using it = listen();
  const { taskId } = await it.deps.queue.enqueue({ type: "test", input: {} });
  const leaving = new AbortController();
  const polling = fetch(`${it.url}/api/tasks/${taskId}?wait_s=60`, { signal: leaving.signal });
  while (it.deps.queue.waits.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  const gone = new Promise((resolve) => it.deps.queue.waits[0]!.addEventListener("abort", resolve));
  leaving.abort();
  await polling.catch(() => {});
  await gone;
  await new Promise((resolve) => setTimeout(resolve, 0));
  assertEquals(it.deps.samples.at(-1)?.status, 499);
  assertEquals(it.deps.logged, []);
});

Deno.test("HttpServer names the remedy when the port is in use", async () => {
  await using it = listen();
  const second = new HttpServer({ handler: () => new Response(), log: it.deps.log });
  assertThrows(
    () => second.start({ hostname: "127.0.0.1", port: it.port }),
    Error,
    "the port is in use: stop what holds it, or set PORT to another",
  );
});

Deno.test("HttpServer.shutdown() lets requests in flight finish", async () => {
  const entered = Promise.withResolvers<void>();
  const leave = Promise.withResolvers<void>();
  const server = new HttpServer({
    handler: async () => {
      entered.resolve();
      await leave.promise;
      return new Response("whole");
    },
    log: fakeHttpDeps().log,
  });
  const { port } = server.start({ hostname: "127.0.0.1", port: 0 });
  const asked = fetch(`http://127.0.0.1:${port}/`, { headers: { connection: "close" } });
  await entered.promise;
  const stopped = server.shutdown({ deadlineMs: 10_000 });
  leave.resolve();
  assertEquals(await (await asked).text(), "whole");
  assertEquals(await stopped, true);
});

Deno.test("HttpServer.shutdown() has new requests refused as any other: problem, request id, metrics", async () => {
  await using it = listen();
  const { taskId } = await it.deps.queue.enqueue({ type: "test", input: {} });
  const polling = fetch(`${it.url}/api/tasks/${taskId}?wait_s=60`).then((r) => r.text()).catch(() => "");
  while (it.deps.queue.waits.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  const skip = new AbortController();
  const stopped = it.server.shutdown({ deadlineMs: 60_000, signal: skip.signal });
  for (const path of ["/health", "/api/tasks"]) {
    const response = await fetch(it.url + path, { headers: { "x-request-id": "mine" } });
    assertEquals([response.status, response.headers.get("x-request-id")], [503, "mine"]);
    assertEquals(response.headers.get("content-type"), "application/problem+json");
    assertEquals(response.headers.get("x-content-type-options"), "nosniff");
    assertEquals(response.headers.get("retry-after"), "5");
    const text = await response.text();
    assertEquals([JSON.parse(text).code, JSON.parse(text).request_id], ["unavailable", "mine"]);
    const { requestId, route, status, bytes } = it.deps.samples.at(-1)!;
    assertEquals([requestId, route, status, bytes], ["mine", path, 503, text.length]);
  }
  skip.abort();
  assertEquals(await stopped, false);
  await polling;
});

for (const how of ["at its deadline", "when its signal aborts"]) {
  Deno.test(`HttpServer.shutdown() cuts requests off ${how}`, async () => {
    const entered = Promise.withResolvers<void>();
    const server = new HttpServer({
      handler: () => {
        entered.resolve();
        return new Promise<Response>(() => {});
      },
      log: fakeHttpDeps().log,
    });
    const { port } = server.start({ hostname: "127.0.0.1", port: 0 });
    const asked = fetch(`http://127.0.0.1:${port}/`).then(() => "answered", () => "cut off");
    await entered.promise;
    const skip = new AbortController();
    const stopped = server.shutdown({
      deadlineMs: how === "at its deadline" ? 50 : 60_000,
      signal: skip.signal,
    });
    if (how !== "at its deadline") skip.abort();
    assertEquals(await stopped, false);
    assertEquals(await asked, "cut off");
  });
}

Deno.test("HttpServer listens again after descriptors ran out", async () => {
  const script = `
    import { HttpServer } from ${JSON.stringify(new URL("../../src/http/server.ts", import.meta.url).href)};
    const say = (text) => Deno.stdout.writeSync(new TextEncoder().encode(text + "\\n"));
    const log = { warn: (m) => say(m), error: (m) => say(m) };
    const server = new HttpServer({ handler: () => new Response("here"), log, backoffMs: 20 });
    const { port } = server.start({ hostname: "127.0.0.1", port: 0 });
    say("port " + port);
  `;
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  await Deno.writeTextFile(file, script);
  const child = new Deno.Command("sh", {
    args: [
      "-c",
      `ulimit -n 48; exec "$0" run --no-check --allow-net --allow-read --config "$1" "$2"`,
      Deno.execPath(),
      CONFIG,
      file,
    ],
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const sockets: Deno.Conn[] = [];
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  const until = async (part: string) => {
    while (!text.includes(part)) {
      const { done, value } = await lines.read();
      assert(!done, `the child ended:\n${text}`);
      text += value;
    }
  };
  try {
    await until("\n");
    const port = Number(/port (\d+)/.exec(text)![1]);
    for (let i = 0; i < 64; i++) {
      const socket = await Deno.connect({ hostname: "127.0.0.1", port }).catch(() => undefined);
      if (socket === undefined) break;
      sockets.push(socket);
    }
    await until("http_listener_ended");
    for (const socket of sockets.splice(0)) socket.close();
    await until("http_listener_restarted");
    let answer = "";
    for (let attempt = 0; answer === "" && attempt < 50; attempt++) {
      answer = await fetch(`http://127.0.0.1:${port}/`).then((r) => r.text(), () => "");
      if (answer === "") await new Promise((resolve) => setTimeout(resolve, 50));
    }
    assertEquals(answer, "here");
  } finally {
    for (const socket of sockets) socket.close();
    try {
      child.kill("SIGKILL");
    } catch {
      // it had ended by itself
    }
    await child.status;
    await lines.cancel();
    await Deno.remove(file);
  }
});
