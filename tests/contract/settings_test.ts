import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { articlePage, startSite } from "../fakes/site.ts";
import { type Json, Judge } from "./judge.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

/** The contract's table: what `--help` must show as the default of each setting. */
const DEFAULTS: Record<string, string> = {
  HOST: "127.0.0.1",
  PORT: "8080",
  WORKERS: "4",
  DATA_DIR: "data",
  CACHE_DIR: "cache",
  LOG_DIR: "logs",
  API_KEYS: "unset",
  PROTECTED_MODE: "on",
  TEST_ENDPOINTS: "on",
  ALLOW_PRIVATE_HOSTS: "unset",
  CHROMA_URL: "unset",
  CHROMA_LAUNCHER: "unset",
  TASKS_DIR: "unset",
  CACHE_STORE: "fs",
  CACHE_MAX_BYTES: String(1024 ** 3),
  REDIS_URL: "unset",
  LOG_LEVEL: "info",
  LOG_FORMAT: "pretty on a TTY, else json",
  SHUTDOWN_GRACE_MS: "10000",
  PRIORITY_AGING_S: "60",
};

/** Runs the program to its end, as a user would. */
async function run(args: string[], env: Record<string, string> = {}) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-P=service", "main.ts", ...args],
    cwd: ROOT,
    env: { NO_COLOR: "1", ...env },
    stdout: "piped",
    stderr: "piped",
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

Deno.test("--help shows every setting of the contract with its default, and exits 0", async () => {
  const { code, stdout } = await run(["--help"]);
  assertEquals(code, 0);
  for (const [name, shown] of Object.entries(DEFAULTS)) {
    const line = stdout.split("\n").find((each) => each.trim().startsWith(`${name} `));
    assert(line?.endsWith(`[${shown}]`), `${name}: ${line}`);
  }
});

Deno.test("bad settings stop the start with exit code 2 and one message that lists every one, but no secret", async () => {
  const bad = {
    PORT: "http",
    WORKERS: "65",
    API_KEYS: "hunter2hunter2",
    PROTECTED_MODE: "maybe",
    TEST_ENDPOINTS: "1",
    ALLOW_PRIVATE_HOSTS: "http://x/",
    CHROMA_URL: "chroma",
    CACHE_STORE: "disk",
    CACHE_MAX_BYTES: "1GB",
    REDIS_URL: "redis://127.0.0.1",
    LOG_LEVEL: "loud",
    LOG_FORMAT: "xml",
    SHUTDOWN_GRACE_MS: "-1",
  };
  const { code, stderr } = await run([], bad);
  assertEquals(code, 2);
  for (const name of Object.keys(bad)) assertMatch(stderr, new RegExp(`^ +${name} `, "m"));
  assertEquals(stderr.match(/Cannot start/g)?.length, 1);
  assert(!stderr.includes("hunter2"), stderr);
  assertEquals((await run(["--hlep"])).code, 2);
});

Deno.test("a port that is in use, a folder that cannot be made: exit code 1 and a message that says why", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const folder = await Deno.makeTempDir({ prefix: "tutti-contract-" });
  try {
    const dirs = {
      DATA_DIR: `${folder}/d`,
      CACHE_DIR: `${folder}/c`,
      LOG_DIR: `${folder}/l`,
      CHROMA_URL: "off",
    };
    const busy = await run([], { ...dirs, PORT: String(listener.addr.port) });
    assertEquals(busy.code, 1);
    assertStringIncludes(busy.stderr, "the port is in use");
    await Deno.writeTextFile(`${folder}/file`, "");
    const blocked = await run([], { ...dirs, PORT: "0", DATA_DIR: `${folder}/file/data` });
    assertEquals(blocked.code, 1);
    assertStringIncludes(blocked.stderr, "queue file");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("API_KEYS: a key is needed everywhere but where orchestrators and readers look", async () => {
  const env = { API_KEYS: "ops:first-secret-1,web:second-secret-2" };
  await using judge = await Judge.start({ env });
  for (const path of ["/health", "/health/live", "/health/ready", "/docs", "/openapi.json"]) {
    await judge.call(`GET ${path}`, { expect: 200 });
  }
  for (
    const route of [
      "GET /api/tasks",
      "POST /api/tasks",
      "GET /metrics",
      "GET /monitoring/metrics-summary",
      "GET /no",
    ]
  ) {
    const { headers } = await judge.call(route, { expect: 401 });
    assertMatch(headers.get("www-authenticate") ?? "", /^Bearer/);
  }
  const good: [string, string][] = [
    ["authorization", "Bearer first-secret-1"],
    ["authorization", "bearer second-secret-2"],
    ["x-api-key", "second-secret-2"],
  ];
  for (const header of good) await judge.call("GET /api/tasks", { headers: [header], expect: 200 });
  const bad: [string, string][] = [
    ["authorization", "Bearer ops:first-secret-1"],
    ["x-api-key", ""],
    ["x-api-key", "first"],
  ];
  for (const header of bad) await judge.refused("GET /api/tasks", 401, "unauthorized", { headers: [header] });
  const log = await Deno.readTextFile(`${judge.service.folder}/logs/app.log`);
  assert(!log.includes("secret-"), "a secret is in the log");
});

const elsewhere = Deno.networkInterfaces().find(({ family, address }) =>
  family === "IPv4" && !address.startsWith("127.")
)?.address;

Deno.test({
  name: "PROTECTED_MODE: without keys a caller from another address gets 403 with the remedy; off, an answer",
  ignore: elsewhere === undefined,
  fn: async () => {
    const port = (url: string) => new URL(url).port;
    const local = (url: string) => `http://127.0.0.1:${port(url)}`;
    for (const [mode, expected] of [["on", 403], ["off", 200]] as const) {
      await using judge = await Judge.start({ env: { HOST: "0.0.0.0", PROTECTED_MODE: mode } });
      const response = await fetch(`http://${elsewhere}:${port(judge.service.url)}/api/tasks`);
      const text = await response.text();
      assertEquals(response.status, expected, text);
      if (expected === 403) assertMatch(text, /"code":"forbidden".*|API_KEYS/);
      if (expected === 403) assertStringIncludes(text, "API_KEYS");
      assertEquals((await (await fetch(`${local(judge.service.url)}/health`)).json()).status, "ok");
    }
  },
});

Deno.test("WORKERS and TEST_ENDPOINTS=off", async () => {
  await using judge = await Judge.start({ env: { WORKERS: "2", TEST_ENDPOINTS: "off" } });
  assertEquals((await judge.call("GET /api/tasks/queue/status")).body.workers, 2);
  await judge.refused("POST /api/test/task", 404, "not_found");
  await judge.refused("GET /api/test/cache", 404, "not_found");
  const { errors } = await judge.refused("POST /api/tasks", 422, "invalid_request", {
    json: { type: "test" },
  });
  assertEquals(errors?.[0]?.path, "type");
});

Deno.test("CHROMA_URL names a server that is not there: degraded, and all else works", async () => {
  await using judge = await Judge.start({ env: { CHROMA_URL: "http://127.0.0.1:9" } });
  let health: Json;
  for (let i = 0; i < 100; i++) {
    health = (await judge.call("GET /health", { expect: 200 })).body;
    if (health.components.chromadb.status !== "starting") break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assertEquals([health.status, health.components.chromadb.status], ["degraded", "unavailable"]);
  assert(health.components.chromadb.reason.length > 10);
  assertEquals((await judge.call("GET /health/ready")).status, 200);
  assertEquals((await judge.call("GET /api/system/status")).body.status, "degraded");
  const { task_id } = (await judge.call("POST /api/test/task?delay=0", { expect: 202 })).body;
  assertEquals((await judge.ended(task_id)).status, "completed");
  assertMatch(
    await Deno.readTextFile(`${judge.service.folder}/logs/app.log`),
    /chromadb_unavailable.*reason/,
  );
});

Deno.test("TASKS_DIR adds the user's own tasks", async () => {
  await using judge = await Judge.start({ env: { TASKS_DIR: `${ROOT}tests/fixtures/tasks` } });
  const { task_id } =
    (await judge.call("POST /api/tasks", { json: { type: "fails", max_attempts: 1 }, expect: 202 })).body;
  const task = await judge.ended(task_id);
  assertEquals([task.status, task.attempts, task.error.code], ["failed", 1, "handler_error"]);
  assertEquals((await judge.call("GET /api/tasks?status=failed")).body.tasks[0].task_id, task_id);
  const retried = (await judge.call(`POST /api/tasks/${task_id}/retry`, { expect: 202 })).body;
  assertEquals([retried.status, retried.attempts], ["queued", 0]);
});

for (const store of ["fs", "kv"]) {
  Deno.test(`CACHE_STORE=${store} keeps what it holds across a restart, in CACHE_DIR`, async () => {
    await using judge = await Judge.start({ env: { CACHE_STORE: store } });
    const { value } = (await judge.call("GET /api/test/cache")).body;
    await judge.service.end("SIGTERM");
    await using again = await Judge.of(await judge.service.restart());
    const kept = (await again.call("GET /api/test/cache")).body;
    assertEquals([kept.cached, kept.value], [true, value]);
    assertEquals((await again.call("DELETE /api/cache?tag=test")).body, { deleted: 1 });
  });
}

Deno.test("CACHE_MAX_BYTES bounds the cache: the least recently used go first", async () => {
  const page = (name: string) => articlePage(name, `<p>${`${name} words `.repeat(15_000)}</p>`);
  const pages = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`/${i}.html`, page(`p${i}`)]));
  await using site = startSite(pages);
  const maxBytes = 1024 * 1024;
  const env = {
    ALLOW_PRIVATE_HOSTS: "127.0.0.0/8",
    CACHE_MAX_BYTES: String(maxBytes),
    SCRAPE_PORTS: new URL(site.url).port,
  };
  await using judge = await Judge.start({ env });
  const urls = Object.keys(pages).map((path) => site.url + path);
  const { task_ids } =
    (await judge.call("POST /api/scrape/batch", { json: { urls, max_age_s: 3600 }, expect: 202 })).body;
  for (const id of task_ids) assertEquals((await judge.ended(id)).status, "completed");
  const stats = (await judge.call("GET /api/cache/stats")).body;
  assert(
    stats.evictions > 0 && stats.size_bytes <= maxBytes && stats.max_bytes === maxBytes,
    JSON.stringify(stats),
  );
});

Deno.test("DATA_DIR, CACHE_DIR and LOG_DIR hold what the contract says, and LOG_FORMAT is the one on stderr", async () => {
  for (const format of ["json", "pretty"]) {
    await using judge = await Judge.start({ env: { LOG_FORMAT: format } });
    await judge.call("GET /api/test/cache");
    const { folder } = judge.service;
    await Deno.stat(`${folder}/data/queue.db`);
    await Deno.stat(`${folder}/cache`);
    await judge.service.end("SIGTERM");
    await Deno.stat(`${folder}/logs/metrics.jsonl`);
    const line = judge.service.log().split("\n").find((each) => each.includes("application_started"))!;
    assertEquals(line.startsWith("{"), format === "json", line);
    assert((await Deno.readTextFile(`${folder}/logs/app.log`)).startsWith("{"));
  }
});

Deno.test("LOG_LEVEL=error leaves nothing in the log of a good day", async () => {
  const folder = await Deno.makeTempDir({ prefix: "tutti-contract-" });
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-P=service", "main.ts"],
    cwd: ROOT,
    env: {
      LOG_LEVEL: "error",
      PORT: String(port),
      WORKERS: "1",
      CHROMA_URL: "off",
      DATA_DIR: `${folder}/d`,
      CACHE_DIR: `${folder}/c`,
      LOG_DIR: `${folder}/l`,
    },
    stdout: "null",
    stderr: "null",
  }).spawn();
  try {
    for (let i = 0; i < 200; i++) {
      const ready = await fetch(`http://127.0.0.1:${port}/health/ready`).then(async (response) => {
        await response.body?.cancel();
        return response.ok;
      }, () => false);
      if (ready) break;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    child.kill("SIGTERM");
    assertEquals((await child.status).code, 0);
    const log = await Deno.readTextFile(`${folder}/l/app.log`).catch(() => "");
    assertEquals(log, "");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
