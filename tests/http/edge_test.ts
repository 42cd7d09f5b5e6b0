import { assertEquals, assertMatch, assertNotMatch } from "@std/assert";
import fc from "fast-check";
import { ServiceError } from "../../src/platform/errors.ts";
import { client } from "./client.ts";

type Problem = { code: string; detail: string; request_id: string };

Deno.test("every answer carries X-Request-Id: the caller's own where it is one", async () => {
  const { call } = client();
  const id = async (given: string) =>
    (await call("/nope", { headers: { "x-request-id": given } })).headers.get("x-request-id")!;
  assertEquals(await id("mine-1.a_B"), "mine-1.a_B");
  assertMatch(await id("not mine"), /^req_[0-9a-z]{16}$/);
  assertMatch(await id("x".repeat(129)), /^req_/);
});

Deno.test("answers carry nosniff and no-store, the page a policy without inline scripts", async () => {
  for (const path of ["/health", "/nope", "/api/tasks"]) {
    const { headers } = await client().call(path);
    assertEquals(headers.get("x-content-type-options"), "nosniff");
    assertEquals(headers.get("cache-control"), "no-store");
  }
  const policy = (await client().call("/docs")).headers.get("content-security-policy")!;
  assertMatch(policy, /default-src 'none'; script-src 'self';.*frame-ancestors 'none'/);
  assertNotMatch(policy, /unsafe|https?:/);
});

for (
  const [what, path, init, status, code] of [
    ["an unknown route", "/nope", {}, 404, "not_found"],
    ["a wrong method", "/api/tasks", { method: "PUT" }, 405, "method_not_allowed"],
    [
      "an empty body",
      "/api/tasks",
      { method: "POST", headers: { "content-type": "application/json" } },
      400,
      "not_json",
    ],
    ["no body at all", "/api/tasks", { method: "POST" }, 400, "not_json"],
    [
      "a form",
      "/api/tasks",
      { method: "POST", body: new URLSearchParams("a=b") },
      415,
      "unsupported_media_type",
    ],
    [
      "half an object",
      "/api/tasks",
      { json: undefined, method: "POST", body: "{", headers: { "content-type": "application/json" } },
      400,
      "not_json",
    ],
    [
      "bytes that are not UTF-8",
      "/api/tasks",
      {
        method: "POST",
        body: new Uint8Array([34, 255, 34]),
        headers: { "content-type": "application/json" },
      },
      400,
      "not_json",
    ],
    [
      "a deep body",
      "/api/tasks",
      {
        method: "POST",
        body: "[".repeat(65) + "]".repeat(65),
        headers: { "content-type": "application/json" },
      },
      422,
      "invalid_request",
    ],
    ["a large body", "/api/tasks", { json: { type: "x".repeat(2000) } }, 413, "body_too_large"],
    ["a body that is a list", "/api/tasks", { json: [] }, 422, "invalid_request"],
  ] as [string, string, Parameters<ReturnType<typeof client>["call"]>[1], number, string][]
) {
  Deno.test(`${what} is ${status} ${code}`, async () => {
    const answer = await client({ BODY_MAX_BYTES: "1024" }).call<Problem>(path, init);
    assertEquals([answer.status, answer.body.code], [status, code]);
    assertEquals(answer.headers.get("content-type"), "application/problem+json");
    assertEquals(answer.body.request_id, answer.headers.get("x-request-id"));
  });
}

Deno.test("405 names the methods that are allowed", async () => {
  const { headers } = await client().call("/api/tasks/abc", { method: "PUT" });
  assertEquals(headers.get("allow"), "GET, HEAD, PATCH, DELETE");
});

Deno.test("a deep string is no deep body", async () => {
  const { status } = await client().call("/api/tasks", {
    json: { type: "test", input: '\\"' + "[".repeat(500) },
  });
  assertEquals(status, 202);
});

Deno.test("queue_full is 503 with Retry-After", async () => {
  const { call, deps } = client();
  deps.queue.enqueue = () => Promise.reject(new ServiceError("queue_full", "full"));
  const { status, headers } = await call("/api/tasks", { json: { type: "test" } });
  assertEquals([status, headers.get("retry-after")], [503, "5"]);
});

Deno.test("an error nobody expected is 500 without its text, logged with the request id", async () => {
  const { call, deps } = client();
  deps.queue.get = () => Promise.reject(new TypeError("secret at /home/me/x.ts"));
  const { status, body } = await call<Problem>("/api/tasks/abc");
  assertEquals([status, body.code], [500, "internal"]);
  assertNotMatch(JSON.stringify(body), /secret|home|TypeError/);
  assertEquals(deps.logged[0]!.fields!.request_id, body.request_id);
  assertEquals(deps.samples[0]!.status, 500);
});

Deno.test("metrics get the pattern of the route, never the path, and a method of a closed set", async () => {
  const { call, deps } = client();
  await call("/api/tasks/abc");
  await call("/secret-path");
  await call("/health", { method: "BREW" });
  await call("/health", { method: "HEAD" });
  assertEquals(deps.samples.map(({ method, route, status }) => [method, route, status]), [
    ["GET", "/api/tasks/:task_id", 404],
    ["GET", "unmatched", 404],
    ["OTHER", "unmatched", 405],
    ["HEAD", "/health", 200],
  ]);
});

Deno.test("metrics count the bytes that were sent, of answers and of problems alike", async () => {
  const { app, deps } = client();
  const info = { remoteAddr: { transport: "tcp", hostname: "127.0.0.1", port: 50_000 } };
  const sent: number[] = [];
  for (
    const [path, init] of [
      ["/health", {}],
      ["/api/tasks/abc", {}],
      ["/nope-é", {}],
      ["/api/tasks", { method: "PUT" }],
      ["/api/tasks", { method: "POST", body: "{", headers: { "content-type": "application/json" } }],
      ["/health", { headers: { "sec-fetch-site": "cross-site" } }],
      ["/docs", {}],
      ["/health", { method: "HEAD" }],
    ] as [string, RequestInit][]
  ) {
    const response = await app.request(path, init, info as never);
    sent.push((await response.arrayBuffer()).byteLength);
  }
  assertEquals(deps.samples.map(({ bytes }) => bytes), sent);
  assertEquals(sent.at(-1), 0);
});

Deno.test("request ids of our own are all different", async () => {
  const { call } = client({ PROTECTED_MODE: "off" });
  const ids = new Set<string>();
  for (let i = 0; i < 3000; i++) ids.add((await call("/health/live")).headers.get("x-request-id")!);
  assertEquals(ids.size, 3000);
});

for (const peer of ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"]) {
  Deno.test(`protected mode answers the peer ${peer}`, async () => {
    assertEquals((await client().call("/health", { peer })).status, 200);
  });
}

for (const peer of ["10.0.0.1", "::ffff:10.0.0.1", "2001:db8::1", "128.0.0.1"]) {
  Deno.test(`protected mode refuses the peer ${peer} and names the remedy`, async () => {
    const { status, body } = await client().call<Problem>("/health", { peer });
    assertEquals([status, body.code], [403, "forbidden"]);
    assertMatch(body.detail, /API_KEYS.*PROTECTED_MODE=off/);
    assertEquals((await client({ PROTECTED_MODE: "off" }).call("/health", { peer })).status, 200);
  });
}

for (
  const [what, url, init, status] of [
    ["a foreign origin that posts", "/api/queue/pause", {
      method: "POST",
      headers: { origin: "https://evil.example" },
    }, 403],
    ["an opaque origin that posts", "/api/queue/pause", { method: "POST", headers: { origin: "null" } }, 403],
    ["another port's page that posts", "/api/queue/pause", {
      method: "POST",
      headers: { origin: "http://localhost:3000" },
    }, 403],
    ["its own page that posts", "/api/queue/pause", {
      method: "POST",
      headers: { origin: "http://localhost" },
    }, 200],
    ["a cross-site read", "/api/tasks", { headers: { "sec-fetch-site": "cross-site" } }, 403],
    ["a link to the docs", "/docs", {
      headers: { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" },
    }, 200],
    ["another host name", "http://rebound.example/health", {}, 403],
    ["an address as host", "http://127.0.0.1:8080/health", {}, 200],
    ["an IPv6 address as host", "http://[::1]:8080/health", {}, 200],
  ] as [string, string, Parameters<ReturnType<typeof client>["call"]>[1], number][]
) {
  Deno.test(`protected mode answers ${status} to ${what}`, async () => {
    assertEquals((await client().call(url, init)).status, status);
  });
}

Deno.test("with API_KEYS any peer needs one of the keys, as a bearer token or X-API-Key", async () => {
  const { call } = client({ API_KEYS: "a:first-secret,b:second-secret" });
  const status = async (headers: Record<string, string>) =>
    (await call("/api/tasks", { headers, peer: "10.0.0.1" })).status;
  assertEquals(await status({ authorization: "Bearer first-secret" }), 200);
  assertEquals(await status({ authorization: "bearer second-secret" }), 200);
  assertEquals(await status({ "x-api-key": "second-secret" }), 200);
  for (const wrong of ["first-secre", "first-secret2", "", "a:first-secret"]) {
    assertEquals(await status({ "x-api-key": wrong }), 401);
  }
  assertEquals(await status({ authorization: "Basic first-secret" }), 401);
  const none = await call("/api/tasks", { peer: "10.0.0.1" });
  assertEquals([none.status, none.headers.get("www-authenticate")], [401, 'Bearer realm="tutti"']);
});

Deno.test("with API_KEYS the probes and the reference stay open, and nothing else", async () => {
  const { call } = client({ API_KEYS: "a:first-secret" });
  for (const path of ["/health", "/health/live", "/health/ready", "/docs", "/openapi.json"]) {
    assertEquals((await call(path)).status, 200, path);
  }
  for (const path of ["/", "/metrics", "/api/system/status", "/nope", "/health/", "/docs/assets"]) {
    assertEquals((await call(path)).status, 401, path);
  }
});

Deno.test("property: no body whatever makes a 500", async () => {
  const { call, deps } = client();
  const routes = ["/api/tasks", "/api/tasks/scrape/async", "/api/scrape/batch"];
  const body = fc.oneof(
    fc.string(),
    fc.json(),
    fc.uint8Array(),
    fc.record({
      type: fc.constantFrom("test", "scrape", "", 1),
      input: fc.jsonValue(),
      url: fc.oneof(fc.webUrl(), fc.jsonValue()),
      urls: fc.array(fc.oneof(fc.webUrl(), fc.string()), { maxLength: 5 }),
      priority: fc.oneof(fc.double(), fc.integer()),
      tags: fc.jsonValue(),
      headers: fc.jsonValue(),
    }, { requiredKeys: [] }).map((value) => JSON.stringify(value)),
  );
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...routes), body, async (path, text) => {
      const { status } = await call(path, {
        method: "POST",
        body: text as BodyInit,
        headers: { "content-type": "application/json" },
      });
      assertEquals(status < 500, true, `${status}: ${JSON.stringify(deps.logged.at(-1))}`);
    }),
    { numRuns: 400 },
  );
});
