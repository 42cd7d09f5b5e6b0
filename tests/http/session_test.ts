import { assert, assertEquals, assertMatch, assertNotMatch } from "@std/assert";
import { isPageRequest } from "../../src/dashboard/mod.ts";
import { Sessions } from "../../src/http/session/sessions.ts";
import { SignInLimit } from "../../src/http/session/sign_in_limit.ts";
import { type Client, client } from "./client.ts";

const KEY = "s3cret-of-ops";
const OWN = { origin: "http://localhost" };

function withKeys(): Client {
  return client({ API_KEYS: `ops:${KEY}` }, { health: { maxAgeMs: 0 }, session: { refusalMs: 0 } });
}

async function signIn({ call }: Client, headers: Record<string, string> = OWN): Promise<string> {
  const answer = await call("/api/session", { json: { key: KEY }, headers });
  assertEquals(answer.status, 204);
  return answer.headers.get("set-cookie")!;
}

async function cookieOf(it: Client): Promise<string> {
  return (await signIn(it)).split(";")[0]!;
}

Deno.test("a key is exchanged for a cookie that scripts cannot read, of this site alone, with no key in it", async () => {
  const cookie = await signIn(withKeys());
  assertMatch(cookie, /^tutti_session=[A-Za-z0-9_-]{43}; Path=\/; HttpOnly; SameSite=Strict$/);
  assertNotMatch(cookie, new RegExp(KEY));
});

Deno.test("the cookie is Secure when the request came by https, directly or through a proxy", async () => {
  assertMatch(await signIn(withKeys(), { ...OWN, "x-forwarded-proto": "https" }), /; Secure$/);
  const it = withKeys();
  const { headers } = await it.call("https://localhost/api/session", { json: { key: KEY } });
  assertMatch(headers.get("set-cookie")!, /; Secure$/);
});

Deno.test("two sign-ins have two ids", async () => {
  const it = withKeys();
  assert(await cookieOf(it) !== await cookieOf(it));
});

Deno.test("a session reads what a key reads", async () => {
  const it = withKeys();
  const cookie = await cookieOf(it);
  assertEquals((await it.call("/api/tasks")).status, 401);
  assertEquals((await it.call("/api/tasks", { headers: { cookie } })).status, 200);
  assertEquals((await it.call("/api/tasks", { headers: { cookie: `a=b; ${cookie}; c=d` } })).status, 200);
  assertEquals((await it.call("/api/tasks", { headers: { cookie: "tutti_session=" } })).status, 401);
  assertEquals((await it.call("/api/tasks", { headers: { cookie: `${cookie}x` } })).status, 401);
});

for (
  const [what, headers, status] of [
    ["its own origin", OWN, 202],
    ["its own origin, seen from behind a proxy that renames it", {
      origin: "https://tutti.example",
      "sec-fetch-site": "same-origin",
    }, 202],
    ["no word of where it comes from", {}, 403],
    ["another origin", { origin: "https://evil.example" }, 403],
    ["another port of this machine", { origin: "http://localhost:3000", "sec-fetch-site": "same-site" }, 403],
    ["another site", { origin: "https://evil.example", "sec-fetch-site": "cross-site" }, 403],
    ["its own origin, by a browser that says otherwise", { ...OWN, "sec-fetch-site": "cross-site" }, 403],
    ["an origin that is none", { origin: "null" }, 403],
  ] as [string, Record<string, string>, number][]
) {
  Deno.test(`what changes something with a session and ${what} is ${status}`, async () => {
    const it = withKeys();
    const cookie = await cookieOf(it);
    const answer = await it.call<{ code?: string }>("/api/test/task?delay=0", {
      method: "POST",
      headers: { cookie, ...headers },
    });
    assertEquals(answer.status, status);
    if (status === 403) assertEquals(answer.body.code, "forbidden");
  });
}

Deno.test("a key in a header needs no origin, whatever the cookie", async () => {
  const it = withKeys();
  const headers = { authorization: `Bearer ${KEY}`, cookie: "tutti_session=nonsense" };
  assertEquals((await it.call("/api/test/task?delay=0", { method: "POST", headers })).status, 202);
});

Deno.test("DELETE and PATCH with a session need the origin as POST does", async () => {
  const it = withKeys();
  const cookie = await cookieOf(it);
  for (const method of ["DELETE", "PATCH"]) {
    const { status } = await it.call("/api/tasks/x", { method, headers: { cookie } });
    assertEquals([method, status], [method, 403]);
  }
});

Deno.test("signing out ends the session and takes the cookie away; another site cannot do it", async () => {
  const it = withKeys();
  const cookie = await cookieOf(it);
  const foreign = { cookie, origin: "https://evil.example" };
  assertEquals((await it.call("/api/session", { method: "DELETE", headers: foreign })).status, 403);
  assertEquals((await it.call("/api/tasks", { headers: { cookie } })).status, 200);
  const { status, headers } = await it.call("/api/session", {
    method: "DELETE",
    headers: { cookie, ...OWN },
  });
  assertEquals(status, 204);
  assertMatch(headers.get("set-cookie")!, /^tutti_session=; .*Max-Age=0$/);
  assertEquals((await it.call("/api/tasks", { headers: { cookie } })).status, 401);
});

Deno.test("GET /api/session says how it is, and that a key is needed", async () => {
  const it = withKeys();
  const state = async (headers: Record<string, string>) => (await it.call("/api/session", { headers })).body;
  assertEquals(await state({}), { authenticated: false, needs_key: true });
  assertEquals(await state({ cookie: await cookieOf(it) }), { authenticated: true, needs_key: true });
  assertEquals(await state({ "x-api-key": KEY }), { authenticated: true, needs_key: true });
  assertEquals(await state({ "x-api-key": "wrong" }), { authenticated: false, needs_key: true });
});

Deno.test("without API keys there is nothing to sign in for", async () => {
  const it = client();
  assertEquals((await it.call("/api/session")).body, { authenticated: true, needs_key: false });
  const answer = await it.call("/api/session", { json: { key: "any" } });
  assertEquals([answer.status, answer.headers.get("set-cookie")], [204, null]);
});

Deno.test("a wrong key is refused, and after ten a minute so is the right one, for that peer alone", async () => {
  const it = withKeys();
  const tried = async (key: string, peer: string) => await it.call("/api/session", { json: { key }, peer });
  for (let attempt = 0; attempt < 10; attempt++) {
    const { status, headers } = await tried("wrong", "127.0.0.2");
    assertEquals([status, headers.get("set-cookie")], [401, null]);
  }
  const refused = await tried(KEY, "127.0.0.2");
  assertEquals([refused.status, refused.headers.get("set-cookie")], [429, null]);
  assert(Number(refused.headers.get("retry-after")) > 30);
  assertEquals((await tried(KEY, "127.0.0.3")).status, 204);
});

Deno.test("the answer to a wrong key takes its time", async () => {
  const it = client({ API_KEYS: `ops:${KEY}` }, { session: { refusalMs: 60 } });
  const beganMs = performance.now();
  assertEquals((await it.call("/api/session", { json: { key: "wrong" } })).status, 401);
  assert(performance.now() - beganMs >= 55);
});

Deno.test("a page of another site cannot sign a browser in", async () => {
  const it = withKeys();
  const foreign: Record<string, string>[] = [{ origin: "https://evil.example" }, {
    "sec-fetch-site": "cross-site",
  }];
  for (const headers of foreign) {
    assertEquals((await it.call("/api/session", { json: { key: KEY }, headers })).status, 403);
  }
});

Deno.test("the page and its files are open, for browsers; links and everything else are not", async () => {
  const { call } = withKeys();
  const html = { accept: "text/html,application/xhtml+xml" };
  for (const path of ["/", "/tasks", "/tasks/abc", "/metrics-view", "/settings"]) {
    const { status, headers, body } = await call<string>(path, { headers: html });
    assertEquals([path, status, headers.get("content-type")], [path, 200, "text/html; charset=utf-8"]);
    assertMatch(body, /<script type="module" src="\/assets\/app-[0-9a-f]{16}\.js">/);
    assertEquals((await call(path)).status, 401);
    assert(!isPageRequest(new Request(`http://localhost${path}`, { method: "POST", headers: html }), path));
  }
  for (
    const path of ["/metrics", "/api/tasks", "/tasks/a/b", "/monitoring/metrics-summary", "/cache/x", "/nope"]
  ) {
    assertEquals([path, (await call(path, { headers: html })).status], [path, 401]);
  }
});

Deno.test("sessions end when they were not used, when they are old, and when there are too many", () => {
  let nowMs = 0;
  const sessions = new Sessions({ idleMs: 100, lifeMs: 250, max: 2, nowMs: () => nowMs });
  const idle = sessions.open();
  nowMs = 99;
  assert(sessions.use(idle));
  nowMs = 199;
  assertEquals(sessions.use(idle), false);
  const old = sessions.open();
  for (nowMs = 250; nowMs < 440; nowMs += 50) assert(sessions.use(old), `${nowMs}`);
  nowMs = 449;
  assertEquals(sessions.use(old), false);
  const [first, second] = [sessions.open(), sessions.open()];
  assert(sessions.use(first));
  sessions.open(); // the second was used least lately
  assertEquals([sessions.use(first), sessions.use(second), sessions.size], [true, false, 2]);
});

Deno.test("wrong keys are forgotten after the window and after a right one; of too many peers the oldest is", () => {
  let nowMs = 0;
  const limit = new SignInLimit({ attempts: 2, windowMs: 100, maxPeers: 2, nowMs: () => nowMs });
  limit.failed("a");
  assertEquals(limit.waitMs("a"), 0);
  limit.failed("a");
  nowMs = 40;
  assertEquals(limit.waitMs("a"), 60);
  nowMs = 100;
  assertEquals(limit.waitMs("a"), 0);
  limit.failed("b");
  limit.failed("b");
  assert(limit.waitMs("b") > 0);
  limit.succeeded("b");
  assertEquals(limit.waitMs("b"), 0);
  for (const peer of ["b", "b", "c", "d"]) limit.failed(peer);
  assertEquals(limit.waitMs("b"), 0);
});
