import { assert, assertEquals, assertMatch } from "@std/assert";
import { type ServiceProcess, startService } from "./service_process.ts";

const encoder = new TextEncoder();
const JSON_POST = "POST /api/tasks HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n";

interface Problem {
  code: string;
  status: number;
  request_id: string;
}

function connect(service: ServiceProcess): Promise<Deno.TcpConn> {
  return Deno.connect({ hostname: "127.0.0.1", port: Number(new URL(service.url).port) });
}

async function send(conn: Deno.Conn, text: string): Promise<void> {
  const bytes = encoder.encode(text);
  for (let at = 0; at < bytes.length;) at += await conn.write(bytes.subarray(at));
}

/** Sends the bytes as they are; what comes back up to the first silence or the end of the connection. */
async function exchange(service: ServiceProcess, text: string): Promise<string> {
  using conn = await connect(service);
  await send(conn, text);
  const buffer = new Uint8Array(65_536);
  const count = await conn.read(buffer);
  return count === null ? "" : new TextDecoder().decode(buffer.subarray(0, count));
}

const get = (path: string, header = "") =>
  `GET ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n${header}\r\n`;
const statusOf = (answer: string) => Number(answer.slice(9, 12));

Deno.test("the service answers hostile bodies, paths and heads with problem documents and goes on", async (t) => {
  await using service = await startService({ env: { BODY_TIMEOUT_MS: "500", BODY_MAX_BYTES: "65536" } });
  const post = (body: BodyInit, type = "application/json") =>
    service.json<Problem>("/api/tasks", { method: "POST", body, headers: { "content-type": type } });
  const input = `"input":{"delay_s":0}`;

  await t.step("bodies", async () => {
    const cases: [body: BodyInit, status: number, code: string][] = [
      ["", 400, "not_json"],
      ["\0{{{", 400, "not_json"],
      ["\ufeff", 400, "not_json"],
      [new Uint8Array([0x22, 0xff, 0x22]), 400, "not_json"],
      ["null", 422, "invalid_request"],
      ["[]", 422, "invalid_request"],
      ["[".repeat(20_000) + "]".repeat(20_000), 422, "invalid_request"],
      [`{"a":`.repeat(10_000) + "1" + "}".repeat(10_000), 422, "invalid_request"],
      [`{"type":"test","type":"nope",${input}}`, 422, "invalid_request"],
      [`{"__proto__":{"type":"test"},"type":"test",${input}}`, 422, "invalid_request"],
      [`{"type":"__proto__",${input}}`, 422, "invalid_request"],
      [`{"type":"constructor",${input}}`, 422, "invalid_request"],
      [`{"type":"test","input":{"delay_s":1e999}}`, 422, "invalid_request"],
      [`{"type":"test",${input},"delay_s":1e300}`, 422, "invalid_request"],
      [`{"type":"test",${input},"run_at":"+275760-09-13T00:00:00Z"}`, 422, "invalid_request"],
      [`{"type":"test",${input},"tags":["a\\u0000b"]}`, 422, "invalid_request"],
      [`{"type":"test",${input},"task_id":"../x"}`, 422, "invalid_request"],
      [" ".repeat(70_000), 413, "body_too_large"],
    ];
    for (const [body, status, code] of cases) {
      const answer = await post(body);
      const name = typeof body === "string" ? body.slice(0, 40) : "bytes";
      assertEquals([name, answer.status, answer.body.code], [name, status, code]);
      assertEquals(answer.headers.get("content-type"), "application/problem+json");
    }
    for (const type of ["text/plain", "application/x-www-form-urlencoded", "json", "application/jsonx"]) {
      assertEquals((await post(`{"type":"test",${input}}`, type)).body.code, "unsupported_media_type");
    }
  });

  await t.step("a chunked body is read no further than the limit", async () => {
    using conn = await connect(service);
    await send(conn, `${JSON_POST}transfer-encoding: chunked\r\n\r\n`);
    const chunk = `4000\r\n${" ".repeat(0x4000)}\r\n`;
    // The answer comes while the sender is still sending: after it, writing may fail.
    await send(conn, chunk.repeat(8)).catch(() => {});
    const buffer = new Uint8Array(4096);
    const count = await conn.read(buffer);
    assertMatch(new TextDecoder().decode(buffer.subarray(0, count ?? 0)), /^HTTP\/1\.1 413 /);
  });

  await t.step("a body that stalls is answered, and so is one announced as endless", async () => {
    assertEquals(statusOf(await exchange(service, `${JSON_POST}content-length: 100\r\n\r\n{"a":`)), 408);
    assertEquals(statusOf(await exchange(service, `${JSON_POST}content-length: 999999999999\r\n\r\n{`)), 413);
  });

  await t.step("two lengths of one request are refused: nothing is smuggled behind it", async () => {
    const both = `${JSON_POST}content-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n${
      get("/health")
    }`;
    assertEquals(statusOf(await exchange(service, both)), 400);
  });

  await t.step("paths and methods", async () => {
    const cases: [path: string, status: number][] = [
      ["/api/tasks/a%2fb", 422],
      ["/api/tasks/%00", 422],
      ["/api/tasks/%0d%0ax-evil:1", 422],
      ["/api/tasks/%zz", 422],
      [`/api/tasks/${"a".repeat(129)}`, 422],
      [`/${"a".repeat(60_000)}`, 404],
      ["/api/tasks?limit=201", 422],
      ["/api/tasks?cursor=AAAA", 422],
      ["/api/tasks/x?wait_s=61", 422],
      ["/docs/%2e%2e/%2e%2e/etc/passwd", 404],
      ["/docs/assets/..%2f..%2fdeno.json", 404],
      ["/.git/config", 404],
      ["/monitoring/metrics-summary?window_s=1e9", 422],
    ];
    for (const [path, status] of cases) {
      const answer = await exchange(service, get(path));
      assertEquals([path.slice(0, 50), statusOf(answer)], [path.slice(0, 50), status]);
      assertMatch(answer, /content-type: application\/problem\+json/);
      assert(!/\r\nx-evil:/i.test(answer));
    }
    for (const method of ["OPTIONS", "TRACE", "PUT", "PROPFIND"]) {
      const answer = await exchange(service, get("/health").replace("GET", method));
      assertEquals([method, statusOf(answer)], [method, 405]);
      assertMatch(answer, /\r\nallow: GET, HEAD\r\n/);
    }
    const head = await exchange(service, get("/nope").replace("GET", "HEAD"));
    assertEquals(statusOf(head), 404);
    assert(head.endsWith("\r\n\r\n"), "no body to HEAD");
  });

  await t.step("a caller's request id is kept only where it is one", async () => {
    assertMatch(
      await exchange(service, get("/health", "x-request-id: mine-1\r\n")),
      /x-request-id: mine-1\r\n/,
    );
    for (const id of ["a b", `"}{`, "<script>", "a".repeat(129)]) {
      assertMatch(
        await exchange(service, get("/health", `x-request-id: ${id}\r\n`)),
        /x-request-id: req_\w+\r\n/,
      );
    }
  });

  await t.step("another site's page gets nothing done, whatever name it came by", async () => {
    const from = (path: string, host: string) => exchange(service, get(path).replace("127.0.0.1", host));
    for (const host of ["evil.example", "127.0.0.1.evil.example", "foo.localhost", "2130706433"]) {
      assertEquals([host, statusOf(await from("/api/tasks", host))], [host, 403]);
    }
    assertEquals(statusOf(await exchange(service, get("http://evil.example/api/tasks"))), 403);
    assertEquals(statusOf(await from("/api/tasks", "localhost")), 200);
    for (const origin of ["http://evil.example", "null", "http://localhost:1"]) {
      const { status } = await service.json("/api/test/task?delay=0", {
        method: "POST",
        headers: { origin },
      });
      assertEquals([origin, status], [origin, 403]);
    }
    assertEquals((await service.json<{ accepted: number }>("/api/tasks/queue/status")).body.accepted, 0);
  });
  assert(!/"level":"error"/.test(service.log()), service.log());
});

Deno.test("600 half-sent requests hold up nobody else, and the service still stops", async () => {
  await using service = await startService({ env: { BODY_TIMEOUT_MS: "500" } });
  await using stack = new AsyncDisposableStack();
  for (let i = 0; i < 300; i++) {
    await send(stack.use(await connect(service)), "GET /health HTTP/1.1\r\nhost: 127.0.0.1\r\nx-half:");
    await send(stack.use(await connect(service)), `${JSON_POST}content-length: 100\r\n\r\n{`);
  }
  let worst = 0;
  for (let i = 0; i < 30; i++) {
    const begun = performance.now();
    assertEquals((await service.json("/health")).status, 200);
    worst = Math.max(worst, performance.now() - begun);
  }
  assert(worst < 1000, `/health took ${worst.toFixed(0)} ms`);
  assertEquals(await service.end(), 0);
});

Deno.test("a stop answers open long polls with the task as it is, and does not wait for them", async () => {
  await using service = await startService();
  await service.json("/api/queue/pause", { method: "POST" });
  const task = JSON.stringify({ type: "test", task_id: "mine" });
  await service.json("/api/tasks", { method: "POST", body: task });
  const polls = Array.from({ length: 20 }, () => service.json("/api/tasks/mine?wait_s=60"));
  const all = Promise.allSettled(polls);
  await new Promise((resolve) => setTimeout(resolve, 500)); // on their way; one that comes late is answered at once
  const begun = performance.now();
  assertEquals(await service.end(), 0);
  const tookMs = performance.now() - begun;
  for (const poll of await all) {
    assertEquals(poll.status === "fulfilled" && [poll.value.status, poll.value.body.status], [200, "queued"]);
  }
  assert(tookMs < 2500, `the stop took ${tookMs.toFixed(0)} ms`);
});

Deno.test("with API keys every route but the documented ones asks for one, and no secret is written anywhere", async () => {
  const secret = "t0p-S3cret-of-Bob";
  await using service = await startService({ env: { API_KEYS: `ann:An0ther-S3cret-of-Ann,bob:${secret}` } });
  type Paths = Record<string, Record<string, unknown>>;
  const { paths } = (await service.json<{ paths: Paths }>("/openapi.json")).body;
  const open: string[] = [];
  for (const [pattern, methods] of Object.entries(paths)) {
    for (const method of Object.keys(methods)) {
      const path = pattern.replace(/\{\w+\}/g, "x");
      const { status } = await service.json(path, { method: method.toUpperCase() });
      if (status !== 401) open.push(`${method} ${pattern}`);
    }
  }
  // Signing in and out, and the page's own files, which hold nothing of anybody's.
  assertEquals(open.sort(), [
    "delete /api/session",
    "get /api/session",
    "get /assets/{file}",
    "get /docs",
    "get /docs/assets/{file}",
    "get /health",
    "get /health/live",
    "get /health/ready",
    "get /openapi.json",
    "post /api/session",
  ]);
  for (
    const path of ["//health", "/health/../api/tasks", "/health%2f", "/api/tasks?/health", "/api/tasks;/docs"]
  ) {
    assertEquals([path, statusOf(await exchange(service, get(path)))], [path, 401]);
  }
  const wrong = ["Basic Ym9iOng=", "Bearer ", secret, `Bearer ${secret}x`, `Bearer ${secret.slice(1)}`];
  for (const authorization of wrong) {
    assertEquals((await service.json("/api/tasks", { headers: { authorization } })).status, 401);
  }
  const headers = { authorization: `Bearer ${secret}` };
  assertEquals((await service.json(`/api/tasks?tag=${secret}`, { headers })).status, 200);
  assertEquals((await service.json(`/${secret}`, { headers })).status, 404);
  const body = JSON.stringify({ type: "test", input: { delay_s: secret } });
  assertEquals((await service.json("/api/tasks", { method: "POST", headers, body })).status, 422);
  await service.end();
  for (const name of ["app.log", "metrics.jsonl"]) {
    const text = await Deno.readTextFile(`${service.folder}/logs/${name}`);
    assert(text.length > 0 && !text.includes(secret), name);
  }
  assert(!service.log().includes(secret));
});
