import { assert, assertEquals, assertMatch } from "@std/assert";
import { startService } from "./service_process.ts";

const CONF = new URL("../../docs/install/nginx.conf", import.meta.url);
const KEY = "0123456789abcdef";

/** Not `lacks()`: the gate does not install nginx; where there is one, the page is tried with it. */
function findNginx(): string | undefined {
  return (Deno.env.get("PATH") ?? "").split(":").concat("/usr/sbin").map((folder) => `${folder}/nginx`)
    .find((path) => {
      try {
        return Deno.statSync(path).isFile;
      } catch {
        return false;
      }
    });
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** nginx with the page's configuration, on loopback, before `upstream`. */
async function startNginx(nginx: string, upstream: string) {
  const folder = await Deno.makeTempDir({ prefix: "tutti-nginx-" });
  const [port, plainPort] = [freePort(), freePort()];
  const made = await new Deno.Command("openssl", {
    args: [
      ..."req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost".split(" "),
      ...["-addext", "subjectAltName=IP:127.0.0.1", "-addext", "basicConstraints=critical,CA:FALSE"],
      ...["-keyout", `${folder}/privkey.pem`, "-out", `${folder}/fullchain.pem`],
    ],
    stderr: "null",
  }).output();
  assert(made.success, "openssl made no certificate");
  const conf = (await Deno.readTextFile(CONF))
    .replace("listen 80;", `listen 127.0.0.1:${plainPort};`)
    .replace("listen 443", `listen 127.0.0.1:${port}`)
    .replaceAll("/etc/ssl/tutti", folder)
    .replaceAll("127.0.0.1:8080", upstream);
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((name) => `${name}_temp_path ${folder}/${name};`).join("\n");
  await Deno.writeTextFile(
    `${folder}/nginx.conf`,
    `daemon off;\npid ${folder}/pid;\nevents {}\nhttp {\naccess_log off;\n${temporary}\n${conf}}\n`,
  );
  const child = new Deno.Command(nginx, {
    args: ["-e", `${folder}/error.log`, "-c", `${folder}/nginx.conf`],
    stdout: "null",
    stderr: "null",
  }).spawn();
  for (let i = 0; i < 100; i++) {
    try {
      (await Deno.connect({ hostname: "127.0.0.1", port })).close();
      break;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  return {
    url: `https://127.0.0.1:${port}`,
    certificate: await Deno.readTextFile(`${folder}/fullchain.pem`),
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGTERM");
      await child.status;
      await Deno.remove(folder, { recursive: true });
    },
  };
}

const nginx = findNginx();

Deno.test({
  name: "docs/install/nginx.conf: keys, cookie, bounds, and events that come when they happen",
  ignore: nginx === undefined,
  fn: async () => {
    await using service = await startService({ env: { API_KEYS: `me:${KEY}` } });
    await using proxy = await startNginx(nginx!, new URL(service.url).host);
    using client = Deno.createHttpClient({ caCerts: [proxy.certificate] });
    const ask = (path: string, init: RequestInit = {}) => fetch(`${proxy.url}${path}`, { ...init, client });
    const statusOf = async (path: string, init?: RequestInit) => {
      const response = await ask(path, init);
      await response.body?.cancel();
      return response.status;
    };
    const headers = { "x-api-key": KEY, "content-type": "application/json" };
    assertEquals(
      [await statusOf("/health"), await statusOf("/api/tasks"), await statusOf("/api/tasks", { headers })],
      [200, 401, 200],
    );
    assertEquals(
      [await statusOf("/metrics", { headers }), await statusOf("/api/test/cache", { headers })],
      [404, 404],
    );
    const body = new Uint8Array(8 * 1024 * 1024 + 1);
    assertEquals(await statusOf("/api/tasks", { method: "POST", headers, body }), 413);

    const signedIn = await ask("/api/session", {
      method: "POST",
      headers: { "content-type": "application/json", origin: proxy.url },
      body: JSON.stringify({ key: KEY }),
    });
    assertEquals(signedIn.status, 204);
    assertMatch(signedIn.headers.get("set-cookie") ?? "", /; Secure/);

    const task = { type: "test", input: { delay_s: 30 }, task_id: "watched" };
    assertEquals(await statusOf("/api/tasks", { method: "POST", headers, body: JSON.stringify(task) }), 202);
    const events = (await ask("/api/tasks/watched/events", { headers })).body!
      .pipeThrough(new TextDecoderStream()).getReader();
    // Told while the task runs: a proxy that gathers would hold it for half a minute.
    let text = "";
    while (!text.includes('"status":"running"')) text += (await events.read()).value ?? "";
    assertEquals(await statusOf("/api/tasks/watched", { method: "DELETE", headers }), 200);
    for (let step = await events.read(); !step.done; step = await events.read()) text += step.value;
    assertMatch(text, /"status":"cancelled"/);
  },
});
