import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { findingOf } from "../../src/doctor/checks/deno_version.ts";
import { renderLines } from "../../src/doctor/report.ts";
import { type ServiceProcess, startService } from "../e2e/service_process.ts";
import { CHROMA_LAUNCHER } from "../search/chroma_host.ts";

interface Report {
  ok: boolean;
  checks: { check: string; level: string; message: string; help?: string }[];
}

const MAIN = new URL("../../src/doctor/main.ts", import.meta.url).pathname;

async function doctor(
  env: Record<string, string>,
  ...args: string[]
): Promise<{ code: number; text: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", MAIN, ...args],
    env,
    stdin: "null",
  }).output();
  return { code, text: new TextDecoder().decode(code === 2 ? stderr : stdout) };
}

async function report(
  env: Record<string, string>,
): Promise<Report & { code: number; of(check: string): string[] }> {
  const { code, text } = await doctor(env, "--json");
  const read = JSON.parse(text) as Report;
  const of = (name: string) =>
    read.checks.filter(({ check }) => check === name).map(({ level, message }) => `${level}: ${message}`);
  return { ...read, code, of };
}

const envOf = (folder: string): Record<string, string> => ({
  PORT: "1", // nobody listens there
  CHROMA_URL: "off",
  DATA_DIR: `${folder}/data`,
  CACHE_DIR: `${folder}/cache`,
  LOG_DIR: `${folder}/logs`,
});

/** Names, sizes and times of all files below a folder. */
async function traces(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const entry of Deno.readDir(folder)) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) found.push(...await traces(path));
    else {
      const { size, mtime } = await Deno.stat(path);
      found.push(`${path} ${size} ${mtime?.getTime()}`);
    }
  }
  return found.sort();
}

async function killedService(): Promise<{ folder: string } & AsyncDisposable> {
  const folder = await Deno.makeTempDir({ prefix: "tutti-doctor-test-" });
  const service: ServiceProcess = await startService({ folder });
  for (let i = 0; i < 3; i++) await service.json("/api/test/task?delay=50", { method: "POST" });
  await service.end("SIGKILL");
  return { folder, [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }) };
}

Deno.test("the doctor asks a running service and writes nothing of its own", async () => {
  await using service = await startService({ env: { API_KEYS: "ops:a-long-secret" } });
  const env = { ...envOf(service.folder), PORT: new URL(service.url).port, API_KEYS: "ops:a-long-secret" };
  const { ok, code, of } = await report(env);
  assert(ok, JSON.stringify(of("queue books")));
  assertEquals(code, 0);
  assertStringIncludes(of("service")[0]!, "ok: 0.");
  assertEquals(of("queue books"), ["ok: 0 accepted, 0 failed: they balance"]);
  assertEquals(of("crawl file"), ["ok: the service reads it"]);
  const wrongKey = await report({ ...env, API_KEYS: "ops:another-secret" });
  assertEquals(wrongKey.code, 1);
  assertStringIncludes(wrongKey.of("queue books")[0]!, "fail: /api/tasks/queue/status answers 401");
});

Deno.test("the doctor reads the files of a killed service and leaves them as they are", async () => {
  await using killed = await killedService();
  const before = await traces(killed.folder);
  const { ok, of } = await report(envOf(killed.folder));
  assert(ok);
  assertEquals(of("queue books"), ["ok: every counter agrees with the rows"]);
  assertEquals(of("crawl file"), ["ok: 0 crawls, 0 to be gone on with"]);
  assertEquals(await traces(killed.folder), before, "nothing written, made or removed");
});

Deno.test("the doctor fails when a counter of the queue is wrong, and when its file is damaged", async () => {
  await using killed = await killedService();
  const path = `${killed.folder}/data/queue.db`;
  {
    const db = new DatabaseSync(path);
    db.exec("UPDATE meta SET accepted = accepted + 1");
    db.close();
  }
  const lost = await report(envOf(killed.folder));
  assertEquals([lost.code, lost.ok], [1, false]);
  assertEquals(lost.of("queue books"), ["fail: accepted is 4, rows are 3"]);
  const bytes = await Deno.readFile(path);
  bytes.fill(0x55, 4096, Math.min(bytes.length, 12_288));
  await Deno.writeFile(path, bytes);
  const damaged = await report(envOf(killed.folder));
  assertEquals(damaged.code, 1);
  assert(/damaged|malformed/.test(damaged.of("queue books")[0]!), damaged.of("queue books")[0]);
});

Deno.test("the doctor names every wrong setting and the place of what is wrong in a brand profile", async () => {
  const wrong = await doctor({ PORT: "http", WORKERS: "0" });
  assertEquals(wrong.code, 1);
  assertStringIncludes(wrong.text, "FAIL  settings  PORT is not a whole number");
  assertStringIncludes(wrong.text, "FAIL  settings  WORKERS must be between 1 and 64");
  const folder = await Deno.makeTempDir({ prefix: "tutti-doctor-test-" });
  await Deno.mkdir(`${folder}/data/brands`, { recursive: true });
  await Deno.writeTextFile(
    `${folder}/data/brands/tenor.yaml`,
    "brand: tenor\nhosts: [tenor.example]\ncolour: red\n",
  );
  const { ok, of } = await report(envOf(folder));
  assert(ok, "a wrong profile is a warning");
  assertEquals(of("brand profiles"), ["warn: tenor.yaml:3:1 colour unknown key"]);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("the doctor fails for a folder that is a file and a browser that is not there", async () => {
  const folder = await Deno.makeTempDir({ prefix: "tutti-doctor-test-" });
  await Deno.writeTextFile(`${folder}/logs`, "");
  const { code, of } = await report({ ...envOf(folder), CHROMIUM_PATH: `${folder}/no-such-browser` });
  assertEquals(code, 1);
  assertStringIncludes(of("folder LOG_DIR")[0]!, "fail: ");
  assertStringIncludes(of("folder DATA_DIR")[0]!, "not made yet");
  assertStringIncludes(of("browser")[0]!, "cannot be run");
  assertEquals(await Array.fromAsync(Deno.readDir(folder), ({ name }) => name), ["logs"], "nothing was made");
  assertEquals((await doctor({}, "--yaml")).code, 2);
  await Deno.remove(folder, { recursive: true });
});

Deno.test({
  name: "the doctor starts no second Chroma on a folder that is in use, and one where it is not",
  ignore: CHROMA_LAUNCHER === undefined,
  fn: async () => {
    const launcher = CHROMA_LAUNCHER!.join(" ");
    const folder = await Deno.makeTempDir({ prefix: "tutti-doctor-test-" });
    const env = { ...envOf(folder), CHROMA_URL: "", CHROMA_LAUNCHER: launcher };
    const alone = await report(env);
    assertStringIncludes(alone.of("chroma")[0]!, "ok: local, ");
    assertEquals(await Array.fromAsync(Deno.readDir(folder), ({ name }) => name), [], "tried elsewhere");
    await Deno.mkdir(`${folder}/data/chroma`, { recursive: true });
    using lock = await Deno.open(`${folder}/data/chroma/tutti.lock`, { create: true, write: true });
    await lock.lock(true);
    const busy = await report(env);
    assertStringIncludes(busy.of("chroma")[0]!, "warn: another Tutti");
    lock.close();
    await Deno.remove(folder, { recursive: true });
  },
});

Deno.test("findings: an old Deno fails, another one warns; lines say what helps", () => {
  assertEquals(findingOf("2.4.9").level, "fail");
  assertEquals(findingOf("2.10.0").level, "warn");
  assertEquals(findingOf("2.9.1").level, "ok");
  assertEquals(
    renderLines([{ check: "a", level: "fail", message: "b\n  c", help: "d" }]),
    "FAIL  a  b; c -> d",
  );
});

Deno.test("the doctor fails when a running service's own numbers do not balance", async () => {
  const answers: Record<string, unknown> = {
    "/health": { status: "ok", version: "9.9.9", components: { queue: { status: "ok" } } },
    "/api/system/status": {
      status: "degraded",
      uptime_s: 5,
      components: { chromadb: { status: "connected", mode: "local", version: "1.0.0", restarts: 7 } },
    },
    "/api/tasks/queue/status": { accepted: 3, counts: { queued: 1, completed: 1, failed: 0 } },
    "/api/crawl": { crawls: [] },
    "/api/index/books": {
      ...{ store: 5, words: 5, vectors: 4, owed_vectors: 0, owed_removals: 0 },
      ...{ balanced: false, problems: ["1 vector is missing"] },
    },
  };
  await using lying = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    const answer = answers[new URL(request.url).pathname];
    return answer === undefined ? new Response("{}", { status: 404 }) : Response.json(answer);
  });
  const folder = await Deno.makeTempDir({ prefix: "tutti-doctor-test-" });
  const { code, of } = await report({ ...envOf(folder), CHROMA_URL: "", PORT: String(lying.addr.port) });
  assertEquals(code, 1);
  assertEquals(of("queue books"), ["fail: 3 tasks were accepted, 2 are there"]);
  assertEquals(of("index books"), [
    "fail: chunks 5, words 5, vectors 4, owed 0",
    "fail: 1 vector is missing",
  ]);
  assertEquals(of("chroma"), ["warn: local, 1.0.0, started again 7 times"]);
  assertStringIncludes(of("service")[0]!, "warn: 9.9.9");
  await Deno.remove(folder, { recursive: true });
});
