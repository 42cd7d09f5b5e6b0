import { assert, assertEquals, assertMatch, assertNotEquals, assertStringIncludes } from "@std/assert";
import { ChromaConnection } from "../../src/search/adapters/chroma_server.ts";
import type { VectorDatabaseState } from "../../src/search/port.ts";
import { sleep } from "../../src/platform/deadline.ts";
import { CHROMA_LAUNCHER, CHROMA_RUNS_BARE } from "./chroma_host.ts";

const QUICK = {
  heartbeatIntervalMs: 100,
  heartbeatTimeoutMs: 1000,
  heartbeatsMissed: 1,
  backoff: { minMs: 50, maxMs: 200 },
};

/** Resolves at the first change to a state that fits, or at once where it fits already. */
function until(
  connection: ChromaConnection,
  fits: (state: VectorDatabaseState) => boolean,
  withinMs = 60_000,
): Promise<VectorDatabaseState> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`not reached; the state is ${JSON.stringify(connection.state())}`)),
      withinMs,
    );
    const look = (state: VectorDatabaseState) => {
      if (!fits(state)) return;
      clearTimeout(timer);
      resolve(state);
    };
    connection.onChange(look);
    look(connection.state());
  });
}

const isConnected = (state: VectorDatabaseState) => state.status === "connected";
const isUnavailable = (state: VectorDatabaseState) => state.status === "unavailable";

async function temporaryFolder(): Promise<AsyncDisposable & { path: string }> {
  const path = await Deno.makeTempDir({ prefix: "tutti-chroma-" });
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

function serverPid(folder: string): number {
  return JSON.parse(Deno.readTextFileSync(`${folder}/tutti.lock`)).server;
}

async function isAlive(pid: number): Promise<boolean> {
  const { stdout, success } = await new Deno.Command("ps", {
    args: ["-o", "stat=", "-p", String(pid)],
    stderr: "null",
  }).output();
  return success && !new TextDecoder().decode(stdout).startsWith("Z");
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/api/v2/heartbeat`);
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}

function real(name: string, run: (launcher: readonly string[]) => Promise<void>): void {
  Deno.test({ name, ignore: CHROMA_LAUNCHER === undefined, fn: () => run(CHROMA_LAUNCHER!) });
}

Deno.test("ChromaConnection stays off when search is switched off", async () => {
  const connection = new ChromaConnection({ url: "off", folder: "/nonexistent" });
  connection.start();
  assertEquals(connection.state(), { status: "off", mode: "off", restarts: 0 });
  await connection.stop({ graceMs: 10 });
  assertEquals(connection.state().status, "off");
});

real("ChromaConnection starts a real server and ends it on stop", async (launcher) => {
  await using folder = await temporaryFolder();
  await using connection = new ChromaConnection({
    folder: `${folder.path}/new/chroma`,
    launcher,
    watch: QUICK,
  });
  assertEquals(connection.state().status, "starting");
  connection.start();
  const state = await until(connection, isConnected);
  assertEquals(state.mode, "local");
  assertEquals(state.restarts, 0);
  assertMatch(state.version ?? "", /^\d+\.\d+\.\d+/);
  assert(await answers(state.url!));
  assert((await Deno.stat(`${folder.path}/new/chroma/chroma.sqlite3`)).isFile);
  await connection.stop({ graceMs: 5000 });
  assert(!await answers(state.url!));
  assertEquals(connection.state().status, "unavailable");
});

real("ChromaConnection starts the server again when it is killed, on the same data", async (launcher) => {
  await using folder = await temporaryFolder();
  await using connection = new ChromaConnection({ folder: folder.path, launcher, watch: QUICK });
  connection.start();
  const first = await until(connection, isConnected);
  const databases = `${first.url}/api/v2/tenants/default_tenant/databases`;
  const made = await fetch(databases, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ name: "kept" }),
  });
  await made.body?.cancel();
  assertEquals(made.status, 200);
  const pid = serverPid(folder.path);
  const gone = until(connection, isUnavailable);
  Deno.kill(pid, "SIGKILL");
  assertStringIncludes((await gone).reason ?? "", "SIGKILL");
  const second = await until(connection, isConnected);
  assertEquals(second.restarts, 1);
  assertNotEquals(serverPid(folder.path), pid);
  const read = await fetch(`${second.url}/api/v2/tenants/default_tenant/databases/kept`);
  assertEquals((await read.json()).name, "kept");
});

real("ChromaConnection replaces a server that hangs", async (launcher) => {
  await using folder = await temporaryFolder();
  const watch = { ...QUICK, heartbeatTimeoutMs: 300 };
  await using connection = new ChromaConnection({ folder: folder.path, launcher, watch });
  connection.start();
  await until(connection, isConnected);
  const pid = serverPid(folder.path);
  Deno.kill(pid, "SIGSTOP");
  const { reason } = await until(connection, isUnavailable);
  assertStringIncludes(reason ?? "", "hung");
  await until(connection, isConnected);
  assert(!await isAlive(pid));
});

real(
  "ChromaConnection refuses a folder that another one uses, and takes it over when it is free",
  async (launcher) => {
    await using folder = await temporaryFolder();
    await using first = new ChromaConnection({ folder: folder.path, launcher, watch: QUICK });
    first.start();
    await until(first, isConnected);
    await using second = new ChromaConnection({ folder: folder.path, launcher, watch: QUICK });
    second.start();
    const { reason } = await until(second, isUnavailable);
    assertMatch(reason ?? "", new RegExp(`another Tutti \\(process ${Deno.pid}\\) uses the folder`));
    await first.stop({ graceMs: 5000 });
    await until(second, isConnected);
  },
);

real("ChromaConnection does not leave its server behind when the service is killed", async (launcher) => {
  await using folder = await temporaryFolder();
  const service = await startInProcessOfItsOwn(folder.path, launcher);
  const pid = serverPid(folder.path);
  service.kill("SIGKILL");
  await service.status;
  // Where the system ties a child to its parent it is gone already; elsewhere the next start ends it.
  await using next = new ChromaConnection({ folder: folder.path, launcher, watch: QUICK });
  next.start();
  await until(next, isConnected);
  assert(!await isAlive(pid));
});

real("ChromaConnection ends an orphan it finds in its folder, and only that", async (launcher) => {
  await using folder = await temporaryFolder();
  await using bystander = spawnSleep(["sleep", "60"]);
  // The command line of a Chroma in this very folder, on a process that is not tied to any parent.
  await using orphan = spawnSleep([
    "bash",
    "-c",
    "read -r line; :",
    "npm:chromadb@0.0.0/chroma",
    "--path",
    folder.path,
    "--port",
  ]);
  for (const [pid, survives] of [[bystander.pid, true], [orphan.pid, false]] as const) {
    await Deno.writeTextFile(`${folder.path}/tutti.lock`, JSON.stringify({ service: 999_999, server: pid }));
    await using connection = new ChromaConnection({ folder: folder.path, launcher, watch: QUICK });
    connection.start();
    await until(connection, isConnected);
    assertEquals(await isAlive(pid), survives);
  }
});

Deno.test({
  name: "ChromaConnection says what an old host lacks, and does not try again",
  ignore: CHROMA_LAUNCHER === undefined || CHROMA_RUNS_BARE,
  fn: async () => {
    await using folder = await temporaryFolder();
    await using connection = new ChromaConnection({ folder: folder.path, watch: QUICK });
    connection.start();
    const { reason } = await until(connection, isUnavailable);
    assertMatch(
      reason ?? "",
      /^Chroma needs glibc 2\.39 or newer; this host has 2\.\d+: set CHROMA_LAUNCHER .*CHROMA_URL/,
    );
    await sleep(600); // several of the pauses after which it would have tried
    assertEquals(connection.state().status, "unavailable");
    assertEquals(connection.state().restarts, 0);
    assertEquals(connection.state().reason, reason);
  },
});

Deno.test("ChromaConnection names a launcher that is not there", async () => {
  await using folder = await temporaryFolder();
  await using connection = new ChromaConnection({
    folder: folder.path,
    launcher: ["/nonexistent/ld.so", "--library-path", "/nonexistent"],
    watch: QUICK,
  });
  connection.start();
  const { reason } = await until(connection, isUnavailable);
  assertMatch(reason ?? "", /^Chroma cannot be started: .*\/nonexistent\/ld\.so/);
});

Deno.test("ChromaConnection tries again, with pauses, when the server ends by itself", async () => {
  await using folder = await temporaryFolder();
  await using connection = new ChromaConnection({
    folder: folder.path,
    launcher: ["bash", "-c", "echo 'error: no room' >&2; exit 3", "--"],
    watch: QUICK,
  });
  connection.start();
  const { reason } = await until(connection, isUnavailable);
  assertEquals(reason, "Chroma ended with code 3: error: no room");
  while (connection.state().restarts < 2) await sleep(20);
  await connection.stop({ graceMs: 1000 });
});

Deno.test("ChromaConnection gives up a server that never answers, and stop() kills one that ignores SIGTERM", async () => {
  await using folder = await temporaryFolder();
  await using connection = new ChromaConnection({
    folder: folder.path,
    launcher: ["bash", "-c", "trap '' TERM; while :; do sleep 0.05; done", "--"],
    watch: { ...QUICK, startTimeoutMs: 200 },
  });
  connection.start();
  const { reason } = await until(connection, isUnavailable);
  assertStringIncludes(reason ?? "", "did not answer within 200 ms");
  while (connection.state().restarts < 1) await sleep(20);
  await connection.stop({ graceMs: 100 });
  assertEquals(connection.state().reason, "stopped with the service");
});

real(
  "ChromaConnection connects to a server it is given, notices its end and comes back to it",
  async (launcher) => {
    await using folder = await temporaryFolder();
    await using local = new ChromaConnection({ folder: folder.path, launcher, watch: QUICK });
    local.start();
    let target = (await until(local, isConnected)).url!;
    // A stable address in front of a server whose port changes.
    await using front = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
      try {
        const answer = await fetch(new URL(new URL(request.url).pathname, target), {
          signal: AbortSignal.timeout(2000),
        });
        return new Response(await answer.text(), { status: answer.status });
      } catch {
        return new Response(null, { status: 502 });
      }
    });
    const url = `http://127.0.0.1:${front.addr.port}`;
    await using remote = new ChromaConnection({ url, folder: "/nonexistent", watch: QUICK });
    remote.start();
    const state = await until(remote, isConnected);
    assertEquals([state.mode, state.url], ["remote", url]);
    assertMatch(state.version ?? "", /^\d+\./);
    target = "http://127.0.0.1:9";
    assertStringIncludes((await until(remote, isUnavailable)).reason ?? "", "status 502");
    target = local.state().url!;
    assertEquals((await until(remote, isConnected)).restarts, 0);
  },
);

Deno.test("ChromaConnection reports a remote server that is down, without its credentials", async () => {
  const connection = new ChromaConnection({
    url: "http://user:geheim@127.0.0.1:9/base/",
    folder: "/nonexistent",
    watch: QUICK,
  });
  connection.start();
  const state = await until(connection, isUnavailable);
  assertEquals(state.url, "http://127.0.0.1:9/base");
  assertMatch(state.reason ?? "", /^Chroma at http:\/\/127\.0\.0\.1:9\/base: it cannot be reached: /);
  assert(!JSON.stringify(state).includes("geheim"));
  await connection.stop({ graceMs: 100 });
});

Deno.test("ChromaConnection is not fooled by something else that answers, and sends credentials", async () => {
  let seen: string | null = null;
  await using other = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    seen = request.headers.get("authorization");
    return new Response("hello");
  });
  await using connection = new ChromaConnection({
    url: `http://us%65r:p%C3%A4ss@127.0.0.1:${other.addr.port}`,
    folder: "/nonexistent",
    watch: QUICK,
  });
  connection.start();
  const { reason } = await until(connection, isUnavailable);
  assertStringIncludes(reason ?? "", "not Chroma's v2 API");
  assertEquals(seen, "Basic dXNlcjpww6Rzcw==");
});

Deno.test("ChromaConnection survives a listener that throws", async () => {
  await using connection = new ChromaConnection({
    url: "http://127.0.0.1:9",
    folder: "/nonexistent",
    watch: QUICK,
  });
  connection.onChange(() => {
    throw new Error("listener");
  });
  connection.start();
  await until(connection, isUnavailable);
});

async function startInProcessOfItsOwn(
  folder: string,
  launcher: readonly string[],
): Promise<Deno.ChildProcess> {
  const module = new URL("../../src/search/adapters/chroma_server.ts", import.meta.url);
  const code = `
    import { ChromaConnection } from ${JSON.stringify(module.href)};
    const options = ${JSON.stringify({ folder, launcher })};
    const connection = new ChromaConnection(options);
    connection.onChange((state) => console.log(state.status));
    connection.start();
    setInterval(() => {}, 1000);
  `;
  const script = await Deno.makeTempFile({ suffix: ".ts" });
  await Deno.writeTextFile(script, code);
  const service = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--no-check",
      "--config",
      new URL("../../deno.json", import.meta.url).pathname,
      script,
    ],
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  for await (const text of service.stdout.pipeThrough(new TextDecoderStream())) {
    if (text.includes("connected")) break;
  }
  await Deno.remove(script);
  return service;
}

function spawnSleep(words: string[]): AsyncDisposable & { pid: number } {
  const child = new Deno.Command(words[0]!, { args: words.slice(1), stdin: "piped" }).spawn();
  return {
    pid: child.pid,
    [Symbol.asyncDispose]: async () => {
      try {
        child.kill("SIGKILL");
      } catch {
        // it was ended by the code under test
      }
      await child.stdin.abort().catch(() => {});
      await child.status;
    },
  };
}
