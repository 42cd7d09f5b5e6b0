import { assert, assertEquals } from "@std/assert";
import { lacks, lacksNamespaces } from "../needs.ts";
import { type ServiceProcess, startService } from "./service_process.ts";

interface Task {
  task_id: string;
  status: string;
  code?: string;
}

interface Health {
  status: string;
  components: Record<string, { status: string }>;
}

const ROOT = new URL("../../", import.meta.url).pathname;
const JSON_TYPE = { "content-type": "application/json" };
const health = (service: ServiceProcess) => service.json<Health>("/health").then(({ body }) => body);

async function runsATask(service: Pick<ServiceProcess, "json">): Promise<void> {
  const { body, status } = await service.json<Task>("/api/test/task?delay=0", { method: "POST" });
  assertEquals(status, 202, JSON.stringify(body));
  assertEquals((await service.json<Task>(`/api/tasks/${body.task_id}?wait_s=10`)).body.status, "completed");
}

/** Asks again until it holds or five seconds are over. */
async function eventually(what: string, holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 5000;
  while (!await holds()) {
    if (Date.now() > deadline) throw new Error(`still not so after 5 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

Deno.test({
  name: "a service whose descriptors ran out comes back by itself",
  ignore: lacks("prlimit"),
  fn: async () => {
    await using service = await startService({ env: { WORKERS: "1" } });
    const { port } = new URL(service.url);
    const held = [...Deno.readDirSync(`/proc/${service.pid}/fd`)].length;
    const limit = held + 40;
    const args = ["--pid", String(service.pid), `--nofile=${limit}:${limit}`];
    assert((await new Deno.Command("prlimit", { args }).output()).success);
    const conns: Deno.TcpConn[] = [];
    for (let i = 0; i < 200; i++) {
      try {
        conns.push(await Deno.connect({ hostname: "127.0.0.1", port: Number(port) }));
      } catch {
        break; // nobody listens for the moment
      }
    }
    for (const conn of conns) conn.close();
    await eventually(
      "it answers",
      () => service.json("/health").then(({ status }) => status === 200, () => false),
    );
    await runsATask(service);
    assertEquals(await service.end(), 0);
  },
});

Deno.test({
  name:
    "a full disk refuses what it cannot store with 507, loses nothing and is forgotten once there is room",
  ignore: lacksNamespaces(), // needs a small disk of its own
  fn: async () => {
    const folder = await Deno.makeTempDir({ prefix: "tutti-attack-disk-" });
    await using _folder = { [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }) };
    const small = `${folder}/small`;
    await Deno.mkdir(small);
    const script = 'mount -t tmpfs -o size=3m tmpfs "$0" && exec "$@"';
    const child = new Deno.Command("unshare", {
      args: ["-rm", "sh", "-c", script, small, Deno.execPath(), "run", "-P=service", "main.ts"],
      cwd: ROOT,
      env: {
        ...{ PORT: "0", CHROMA_URL: "off", LOG_FORMAT: "json", WORKERS: "1" },
        ...{ DATA_DIR: `${small}/data`, LOG_DIR: `${small}/logs`, CACHE_DIR: `${small}/cache` },
      },
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    let text = "";
    const { promise: started, resolve } = Promise.withResolvers<string | undefined>();
    const draining = (async () => {
      for await (const chunk of child.stderr.pipeThrough(new TextDecoderStream())) {
        text += chunk;
        const url = /application_started[^\n]*?url=(http:\/\/[^\s"\\,]+)/.exec(text)?.[1];
        if (url !== undefined) resolve(url);
      }
      resolve(undefined);
    })();
    try {
      const url = await started;
      assert(url !== undefined, text);
      const json = async <T>(path: string, init?: RequestInit) => {
        const response = await fetch(url + path, init);
        return { status: response.status, headers: response.headers, body: await response.json() as T };
      };
      const service = { json };
      await runsATask(service);
      // The mount is the child's own; its root shows it to the one who started it.
      const filler = `/proc/${child.pid}/root${small}/filler`;
      const fill = async () => {
        using file = await Deno.open(filler, { create: true, append: true });
        for (const size of [65_536, 1024]) {
          const block = new Uint8Array(size);
          try {
            while (true) await file.write(block);
          } catch {
            // full
          }
        }
      };
      const put = (body: unknown) => ({ method: "PUT", body: JSON.stringify(body), headers: JSON_TYPE });
      const limit = put({ concurrency: 1 });
      const schedule = put({ every_s: 3600, task: { type: "test", input: {} } });
      assertEquals((await json("/api/limits/old", limit)).status, 200);
      const later = await json<Task>("/api/tasks", {
        ...{ method: "POST", headers: JSON_TYPE },
        body: JSON.stringify({ type: "test", input: {}, delay_s: 0.5 }),
      });
      await fill();
      const refused = await json<Task>("/api/test/task?delay=0", { method: "POST" });
      assertEquals([refused.status, refused.body.code], [507, "storage_full"]);
      assert(refused.headers.has("retry-after"));
      for (
        const [path, init] of [
          ["/api/limits/new", limit],
          ["/api/limits/old", { method: "DELETE" }],
          ["/api/schedules/new", schedule],
          ["/api/queue/pause", { method: "POST" }],
        ] as const
      ) {
        const { status, body } = await json<Task>(path, init);
        assertEquals([path, status, body.code], [path, 507, "storage_full"]);
      }
      await new Promise((resolve) => setTimeout(resolve, 600));
      const due = await json<Task>(`/api/tasks/${later.body.task_id}`);
      assertEquals(
        [due.status, due.body.status],
        [200, "delayed"],
        "what is due cannot start, but can be read",
      );
      const { body: kept } = await json<{ limits: { key: string }[] }>("/api/limits");
      assertEquals(kept.limits.map(({ key }) => key), ["old"]);
      const queueHealth = async () =>
        (await json<{ components: { queue: { status: string } } }>("/health")).body.components.queue.status;
      assertEquals(await queueHealth(), "degraded");
      assertEquals((await json("/health/live")).status, 200);
      assertEquals((await json("/api/test/cache")).status, 200);
      await Deno.remove(filler);
      await runsATask(service);
      assertEquals((await json("/api/limits/new", limit)).status, 200);
      assertEquals((await json("/api/schedules/new", schedule)).status, 201);
      const ended = await json<Task>(`/api/tasks/${later.body.task_id}?wait_s=10`);
      assertEquals(ended.body.status, "completed", "and starts once there is room");
      await eventually("the queue is ok again", async () => await queueHealth() === "ok");
      const { body } = await json<{ accepted: number; counts: Record<string, number> }>(
        "/api/tasks/queue/status",
      );
      assertEquals([body.accepted, body.counts.completed], [3, 3]);
    } finally {
      child.kill("SIGTERM");
      const { code } = await child.status;
      await draining;
      assertEquals(code, 0, text);
    }
  },
});

Deno.test("the cache's folder deleted under a running service stops nothing: it is made again", async () => {
  await using service = await startService({ env: { CACHE_MEMORY_MAX_BYTES: "0" } });
  const cached = () => service.json<{ cached: boolean }>("/api/test/cache").then(({ body }) => body.cached);
  await cached();
  await Deno.remove(`${service.folder}/cache`, { recursive: true });
  await cached();
  await eventually("it caches again", cached);
  await runsATask(service);
  assertEquals((await health(service)).status, "ok");
});

Deno.test("a torn last line of metrics.jsonl is cut at the next start; every line is whole", async () => {
  const first = await startService();
  await using _folder = { [Symbol.asyncDispose]: () => Deno.remove(first.folder, { recursive: true }) };
  const path = `${first.folder}/logs/metrics.jsonl`;
  const lines = async () => (await Deno.readTextFile(path).catch(() => "")).split("\n");
  for (let i = 0; i < 5; i++) await health(first);
  await eventually("the lines are written", async () => (await lines()).length > 5);
  await first.end("SIGKILL");
  await Deno.writeTextFile(path, '{"ts":"2026-11-23T00:00:00.000Z","kind":"requ', { append: true });
  await using second = await first.restart();
  await health(second);
  await second.end();
  const written = await lines();
  assertEquals(written.pop(), "");
  for (const line of written) assert(JSON.parse(line).kind !== undefined, line);
});

Deno.test("the cache works in Deno KV, and survives a restart there", async () => {
  const env = { CACHE_STORE: "kv" };
  const first = await startService({ env });
  await using _folder = { [Symbol.asyncDispose]: () => Deno.remove(first.folder, { recursive: true }) };
  const ask = (service: ServiceProcess) =>
    service.json<{ cached: boolean; value: { token: string } }>("/api/test/cache").then(({ body }) => body);
  const { value: { token } } = await ask(first);
  await eventually("it is stored", async () => (await ask(first)).cached);
  assertEquals(await first.end(), 0);
  await using second = await startService({ env, folder: first.folder });
  assertEquals(await ask(second).then(({ cached, value }) => [cached, value.token]), [true, token]);
  await second.end();
});

Deno.test("SIGTERM at any moment of the start is obeyed, and what had begun is undone", async () => {
  for (const waitMs of [0, 5, 10, 20, 40, 80, 160]) {
    const folder = await Deno.makeTempDir({ prefix: "tutti-attack-start-" });
    await using _folder = { [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }) };
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-P=service", "main.ts"],
      cwd: ROOT,
      env: {
        ...{ PORT: "0", CHROMA_URL: "off", LOG_FORMAT: "json" },
        ...{ DATA_DIR: `${folder}/data`, CACHE_DIR: `${folder}/cache`, LOG_DIR: `${folder}/logs` },
      },
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    let text = "";
    let killing: ReturnType<typeof setTimeout> | undefined;
    for await (const chunk of child.stderr.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      // From this line on the service itself listens for signals; before it the runtime ends the process.
      if (killing !== undefined || !text.includes("application_starting")) continue;
      await new Promise((resolve) => setTimeout(resolve, waitMs));
      child.kill("SIGTERM");
      killing = setTimeout(() => child.kill("SIGKILL"), 8000);
    }
    const { code } = await child.status;
    clearTimeout(killing);
    assertEquals([waitMs, code], [waitMs, 0], text);
    assert(!/stage_stop_failed|application_failed/.test(text), text);
    await using again = await startService({ folder });
    assertEquals((await health(again)).status, "ok");
    await again.end();
  }
});
