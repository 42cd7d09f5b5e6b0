import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { ChromaConnection } from "../../src/search/adapters/chroma_server.ts";
import { ChromaVectorStore } from "../../src/search/adapters/chroma_vector_store.ts";
import type { VectorDatabaseState } from "../../src/search/port.ts";

const TOKEN = "geheim-1234";
const WATCH = {
  heartbeatIntervalMs: 30,
  heartbeatTimeoutMs: 2000,
  heartbeatsMissed: 0,
  backoff: { minMs: 20, maxMs: 100 },
};

interface Authority extends AsyncDisposable {
  caCert: string;
  cert: string;
  key: string;
}

/** An authority of the test's own, and a certificate of it for 127.0.0.1. */
async function authority(): Promise<Authority> {
  const folder = await Deno.makeTempDir({ prefix: "tutti-ca-" });
  const run = async (...args: string[]) => {
    const { success, stderr } = await new Deno.Command("openssl", { args, cwd: folder, stdin: "null" })
      .output();
    assert(success, new TextDecoder().decode(stderr));
  };
  const keys = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  await Deno.writeTextFile(`${folder}/leaf.ext`, "subjectAltName=IP:127.0.0.1\nbasicConstraints=CA:FALSE\n");
  await run(
    "req",
    "-x509",
    ...keys,
    "-keyout",
    "ca.key",
    "-out",
    "ca.pem",
    "-subj",
    "/CN=Test CA",
    "-days",
    "2",
  );
  await run("req", ...keys, "-keyout", "leaf.key", "-out", "leaf.csr", "-subj", "/CN=127.0.0.1");
  await run(
    ...["x509", "-req", "-in", "leaf.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial"],
    ...["-days", "2", "-extfile", "leaf.ext", "-out", "leaf.pem"],
  );
  const read = (name: string) => Deno.readTextFile(`${folder}/${name}`);
  return {
    caCert: await read("ca.pem"),
    cert: await read("leaf.pem"),
    key: await read("leaf.key"),
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

/** As much of Chroma as a connection and a count ask for, behind TLS and a token. */
function guarded(tls: { cert: string; key: string }, options: { openHeartbeat?: boolean } = {}) {
  const paths: string[] = [];
  let isDown = false;
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, ...tls, onListen() {} }, ({ url, headers }) => {
    const { pathname } = new URL(url);
    paths.push(pathname);
    if (isDown) return new Response("down", { status: 503 });
    const isHeartbeat = pathname.endsWith("/heartbeat");
    const isKnown = headers.get("authorization") === `Bearer ${TOKEN}` &&
      headers.get("x-chroma-token") === TOKEN;
    if (!isKnown && !(isHeartbeat && options.openHeartbeat)) return new Response("who?", { status: 401 });
    if (isHeartbeat) return Response.json({ "nanosecond heartbeat": 1 });
    if (pathname.endsWith("/version")) return Response.json("1.2.3");
    if (pathname.endsWith("/count")) return Response.json(41);
    if (/\/databases\/absent$/.test(pathname)) {
      return Response.json({ error: "NotFoundError", message: "Database not found" }, { status: 404 });
    }
    return Response.json({ id: "00000000-0000-4000-8000-000000000000", name: "tutti-1-x-he" });
  });
  return {
    url: `https://127.0.0.1:${server.addr.port}`,
    paths,
    down(isSo: boolean) {
      isDown = isSo;
    },
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

function until(
  connection: ChromaConnection,
  status: VectorDatabaseState["status"],
): Promise<VectorDatabaseState> {
  return new Promise((resolve) => {
    const look = (state: VectorDatabaseState) => state.status === status && resolve(state);
    connection.onChange(look);
    look(connection.state());
  });
}

Deno.test("a Chroma behind TLS of one's own authority is asked with the token, again and again", async () => {
  await using tls = await authority();
  await using server = guarded(tls);
  const access = { token: TOKEN, caCert: tls.caCert, tenant: "team a", database: "tutti" };
  await using connection = new ChromaConnection({ url: server.url, access, folder: "/none", watch: WATCH });
  assertEquals(connection.server(), undefined);
  connection.start();
  const state = await until(connection, "connected");
  assertEquals([state.version, state.url], ["1.2.3", server.url]);
  assert(!JSON.stringify(state).includes(TOKEN));
  assert(server.paths.includes("/api/v2/tenants/team%20a/databases/tutti"));
  const given = connection.server()!;
  // What goes to the threads is plain data.
  using store = new ChromaVectorStore(structuredClone(given));
  assertEquals(await store.count("tutti-1-x-he", { timeoutMs: 5000 }), 41);
  assertStringIncludes(server.paths.at(-1)!, "/api/v2/tenants/team%20a/databases/tutti/collections/0000");
  // Heartbeats carry the token too: it stays connected over many, notices the end and comes back.
  let losses = 0;
  connection.onChange(({ status }) => {
    if (status === "unavailable") losses++;
  });
  const before = server.paths.length;
  while (server.paths.length < before + 5) await new Promise((resolve) => setTimeout(resolve, 10));
  assertEquals([connection.state().status, losses], ["connected", 0]);
  server.down(true);
  await until(connection, "unavailable");
  assertEquals(connection.server(), undefined);
  server.down(false);
  await until(connection, "connected");
});

Deno.test("a Chroma of an authority nobody knows, or with another token, is unavailable, and says why", async () => {
  await using tls = await authority();
  await using server = guarded(tls, { openHeartbeat: true });
  const cases: [Record<string, string>, RegExp][] = [
    [{ token: TOKEN }, /cannot be reached: .*certificate/i],
    [{ token: "wrong-5678", caCert: tls.caCert }, /refuses the connection with status 401/],
    [{ caCert: tls.caCert }, /refuses the connection with status 401/],
    [{ token: TOKEN, caCert: tls.caCert, database: "absent" }, /no database absent of tenant default_tenant/],
    [{ token: TOKEN, caCert: "-----BEGIN CERTIFICATE-----\nnonsense" }, /^CHROMA_CA_FILE cannot be used/],
  ];
  for (const [access, reason] of cases) {
    await using connection = new ChromaConnection({ url: server.url, access, folder: "/none", watch: WATCH });
    connection.start();
    const state = await until(connection, "unavailable");
    assertMatch(state.reason ?? "", reason);
    assert(!/geheim|wrong-5678/.test(JSON.stringify(state)));
  }
});
