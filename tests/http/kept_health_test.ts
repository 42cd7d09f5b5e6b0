import { assertEquals, assertNotEquals } from "@std/assert";
import { HealthReport } from "../../src/http/health_report.ts";
import { createHttpApp } from "../../src/http/mod.ts";
import type { SettingName } from "../../src/config/mod.ts";
import { fakeHttpDeps } from "../fakes/fake_http_deps.ts";

/** The app with a health report that is kept for `maxAgeMs`. */
function keeping(maxAgeMs: number, env: Partial<Record<SettingName, string>> = {}) {
  const deps = fakeHttpDeps(env);
  const app = createHttpApp(deps, { health: { maxAgeMs } });
  const get = async (init: RequestInit = {}, peer = "127.0.0.1") => {
    const info = { remoteAddr: { transport: "tcp", hostname: peer, port: 50_000 } };
    const response = await app.request("/health?probe=1", init, info as never);
    const text = await response.text();
    return { status: response.status, headers: response.headers, text };
  };
  return { deps, get };
}

Deno.test("GET /health kept answers as the first one did, with headers, id and a metrics line of its own", async () => {
  const { deps, get } = keeping(60_000);
  const [first, kept] = [await get(), await get({ headers: { "x-request-id": "mine" } })];
  assertEquals(kept.text, first.text);
  const names = (headers: Headers) => [...headers].filter(([name]) => name !== "x-request-id");
  assertEquals(names(kept.headers), names(first.headers));
  assertEquals(kept.headers.get("x-request-id"), "mine");
  assertNotEquals(first.headers.get("x-request-id"), "mine");
  assertEquals(
    deps.samples.map(({ method, route, status, bytes }) => [method, route, status, bytes]),
    [["GET", "/health", 200, first.text.length], ["GET", "/health", 200, first.text.length]],
  );
  assertEquals(deps.samples[1]!.requestId, "mine");
});

Deno.test("GET /health looks anew once what is kept is too old", async () => {
  const { deps, get } = keeping(0);
  assertEquals(JSON.parse((await get()).text).status, "ok");
  deps.state.pool = { ...deps.state.pool, alive: 3 };
  assertEquals(JSON.parse((await get()).text).status, "degraded");
});

Deno.test("GET /health of many at once looks once, and ahead of time where it is asked often", async () => {
  let nowMs = performance.now();
  const deps = fakeHttpDeps();
  let looks = 0;
  const status = deps.queue.status.bind(deps.queue);
  deps.queue.status = () => {
    looks++;
    return status();
  };
  const report = new HealthReport(deps, { maxAgeMs: 60_000 });
  await Promise.all([report.text(), report.text(), report.text()]);
  assertEquals(looks, 1);
  nowMs += 20_000;
  assertNotEquals(report.kept(nowMs), undefined);
  assertEquals(looks, 1, "it is young");
  nowMs += 20_000;
  for (let i = 0; i < 3; i++) assertNotEquals(report.kept(nowMs), undefined, "nobody waits");
  assertEquals(looks, 2);
  assertEquals(report.kept(nowMs + 60_000), undefined, "too old is too old");
});

Deno.test("GET /health says 503 at once when the service stops, whatever is kept", async () => {
  const { deps, get } = keeping(60_000);
  assertEquals((await get()).status, 200);
  deps.state.stopping = true;
  const { status, text } = await get();
  assertEquals([status, JSON.parse(text).status], [503, "stopping"]);
});

Deno.test("GET /health kept is under protected mode like any other answer", async () => {
  const { get } = keeping(60_000);
  assertEquals((await get()).status, 200);
  assertEquals((await get({}, "10.0.0.1")).status, 403);
  assertEquals((await get({ headers: { "sec-fetch-site": "cross-site" } })).status, 403);
});

Deno.test("HEAD /health has the headers of GET and no body, kept or not", async () => {
  const { deps, get } = keeping(60_000);
  for (let i = 0; i < 2; i++) {
    const { status, text, headers } = await get({ method: "HEAD" });
    assertEquals([status, text, headers.get("content-type")], [200, "", "application/json"]);
    await get();
  }
  assertEquals(deps.samples.map(({ method, bytes }) => [method, bytes > 0]), [
    ["HEAD", false],
    ["GET", true],
    ["HEAD", false],
    ["GET", true],
  ]);
});
