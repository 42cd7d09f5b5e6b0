import { assert, assertEquals } from "@std/assert";
import { articlePage } from "../fakes/site.ts";
import { type ServiceProcess, startService } from "./service_process.ts";

interface Task {
  task_id: string;
  status: string;
  attempts: number;
  error?: { code: string; message: string };
  result?: { charset?: string; markdown?: string; links?: unknown[] };
  run_ms?: number;
}

type Reply = (conn: Deno.Conn, path: string) => Promise<void>;

const encoder = new TextEncoder();

async function write(conn: Deno.Conn, data: string | Uint8Array<ArrayBuffer>): Promise<void> {
  const bytes = typeof data === "string" ? encoder.encode(data) : data;
  for (let at = 0; at < bytes.length;) at += await conn.write(bytes.subarray(at));
}

/** An answer of these words, its headers exactly as given. */
function answer(head: string, body: string | Uint8Array<ArrayBuffer> = ""): Reply {
  return async (conn) => {
    await write(conn, `HTTP/1.1 ${head}\r\nconnection: close\r\n\r\n`);
    await write(conn, body);
  };
}

const page = (body: string, head = "content-type: text/html") =>
  answer(`200 OK\r\n${head}\r\ncontent-length: ${encoder.encode(body).length}`, body);
const redirect = (location: string) => answer(`302 Found\r\nlocation: ${location}\r\ncontent-length: 0`);

/** A site that speaks TCP and not HTTP, so that it may lie in any way; remembers the paths it was asked for. */
function rawSite(replies: Record<string, Reply>, fallback?: Reply) {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const asked: string[] = [];
  const serving = new Set<Promise<void>>();
  const serve = async (conn: Deno.Conn) => {
    using _conn = conn;
    try {
      const buffer = new Uint8Array(16_384);
      const count = await conn.read(buffer);
      const path = new TextDecoder().decode(buffer.subarray(0, count ?? 0)).split(" ")[1] ?? "";
      asked.push(path);
      await (replies[path] ?? fallback ?? answer("404 Not Found\r\ncontent-length: 0"))(conn, path);
    } catch {
      // the reader had heard enough
    }
  };
  const accepting = (async () => {
    for await (const conn of listener) {
      const one = serve(conn).finally(() => serving.delete(one));
      serving.add(one);
    }
  })();
  const { port } = listener.addr;
  return {
    port,
    host: `127.0.0.1:${port}`,
    url: `http://127.0.0.1:${port}`,
    asked,
    async [Symbol.asyncDispose]() {
      listener.close();
      await accepting;
      await Promise.all(serving);
    },
  };
}

async function scrape(service: ServiceProcess, url: string, options = {}): Promise<string> {
  const body = JSON.stringify({ url, timeout_ms: 8000, max_attempts: 1, ...options });
  const { body: task, status } = await service.json<Task & { detail?: string }>("/api/tasks/scrape/async", {
    method: "POST",
    body,
  });
  assertEquals(status, 202, `${url}: ${task.detail}`);
  return task.task_id;
}

async function ended(service: ServiceProcess, id: string): Promise<Task> {
  return (await service.json<Task>(`/api/tasks/${id}?wait_s=20`)).body;
}

async function gzip(size: number): Promise<Uint8Array<ArrayBuffer>> {
  const zeros = new Blob([new Uint8Array(size)]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(zeros).arrayBuffer());
}

Deno.test("a site that lies, stalls, breaks off or bombs costs its own task only, with a word for it", async () => {
  const good = articlePage("Good");
  const html = "content-type: text/html";
  const bomb = await gzip(64 * 1024 * 1024);
  const drip: Reply = async (conn) => {
    await write(conn, `HTTP/1.1 200 OK\r\n${html}\r\n\r\n`);
    for (let i = 0; i < 100; i++) {
      await write(conn, "<p>x");
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };
  /** Path → its answer and what must come of it: `completed`, or the code of the failure. */
  const cases: Record<string, [reply: Reply, outcome: string]> = {
    "/loop": [redirect("/loop"), "redirect_loop"],
    "/to-file": [redirect("file:///etc/passwd"), "blocked_address"],
    "/to-data": [redirect("data:text/html,hi"), "blocked_address"],
    "/to-nowhere": [answer("302 Found\r\ncontent-length: 0"), "unsupported_content"],
    "/drip": [drip, "timeout"],
    "/bomb": [
      answer(`200 OK\r\n${html}\r\ncontent-encoding: gzip\r\ncontent-length: ${bomb.length}`, bomb),
      "too_large",
    ],
    "/not-gzip": [page("plain", `${html}\r\ncontent-encoding: gzip`), "unsupported_content"],
    "/twice-gzip": [page("plain", `${html}\r\ncontent-encoding: gzip, gzip`), "unsupported_content"],
    "/large-head": [page(good, `${html}\r\nx-large: ${"a".repeat(1_000_000)}`), "too_large"],
    "/many-heads": [page(good, html + "\r\nx-many: a".repeat(5000)), "too_large"],
    "/longer": [answer(`200 OK\r\n${html}\r\ncontent-length: 90000`, good), "connect"],
    "/endless": [answer(`200 OK\r\n${html}\r\ncontent-length: 99999999999999`, good), "too_large connect"],
    "/two-lengths": [answer("200 OK\r\ncontent-length: 5\r\ncontent-length: 9", "123456789"), "connect"],
    "/half-chunk": [answer(`200 OK\r\n${html}\r\ntransfer-encoding: chunked`, "ffff\r\nabc"), "connect"],
    "/garbage": [(conn) => write(conn, "\0\xff not HTTP\r\n\r\n"), "connect"],
    "/silent": [async () => {}, "connect"],
    "/image": [page("x", "content-type: image/png"), "unsupported_content"],
    "/pdf": [page("%PDF-", "content-type: application/pdf"), "unsupported_content"],
    "/no-content": [answer("204 No Content"), "unsupported_content"],
    "/not-modified": [answer("304 Not Modified"), "unsupported_content"],
    "/odd-status": [answer("999 Denied\r\ncontent-length: 0"), "http_5xx"],
    "/large": [page(`<p>${"word ".repeat(4_200_000)}`), "too_large"],
    "/charset": [page(good, `${html}; charset=klingon-8`), "completed"],
    "/shorter": [answer(`200 OK\r\n${html}\r\ncontent-length: 40`, good), "completed"],
    "/continue": [
      (conn) => write(conn, "HTTP/1.1 100 Continue\r\n\r\n".repeat(50)).then(() => page(good)(conn, "")),
      "completed",
    ],
    "/no-type": [page(good, "x-none: 1"), "completed"],
    "/broken-text": [page(good.replace("Good", "&#xD800;\0&#x110000;\u202e")), "completed"],
    "/deep-json": [
      page(`<script type="application/ld+json">${"[".repeat(5000)}</script>${good}`),
      "completed",
    ],
    "/links": [
      page(`<p>x${Array.from({ length: 100_000 }, (_, i) => `<a href=/${i}>${i}</a> `).join("")}`),
      "completed",
    ],
    "/good": [page(good), "completed"],
  };
  await using site = rawSite(
    Object.fromEntries(Object.entries(cases).map(([path, [reply]]) => [path, reply])),
  );
  await using service = await startService({ env: { ALLOW_PRIVATE_HOSTS: site.host } });
  const ids: [string, string][] = [];
  for (const path of Object.keys(cases)) ids.push([path, await scrape(service, site.url + path)]);
  for (const [path, id] of ids) {
    const task = await ended(service, id);
    const outcome = task.status === "failed" ? task.error!.code : task.status;
    assert(cases[path]![1].split(" ").includes(outcome), `${path}: ${outcome} ${task.error?.message}`);
    assertEquals([path, task.attempts], [path, 1]);
  }
  assertEquals((await service.json("/health")).status, 200);
});

Deno.test("an allowed private address opens that address only: no other port, name or spelling, nor by redirect", async () => {
  await using secret = rawSite({}, page("<h1>secret</h1>"));
  const doors: Record<string, Reply> = {
    "/other-port": redirect(`${secret.url}/`),
    "/metadata": redirect("http://169.254.169.254/latest/"),
    "/meta-refresh": page(
      `<meta http-equiv=refresh content="0;url=${secret.url}/">${articlePage("Refresh")}`,
    ),
    "/refresh": page(articlePage("Refresh"), `content-type: text/html\r\nrefresh: 0;url=${secret.url}/`),
  };
  await using site = rawSite({
    ...doors,
    "/own-name": (conn, path) => redirect(`http://localhost:${site.port}/never`)(conn, path),
    "/own-mapped": (conn, path) => redirect(`http://[::ffff:127.0.0.1]:${site.port}/never`)(conn, path),
  });
  await using service = await startService({ env: { ALLOW_PRIVATE_HOSTS: site.host } });
  for (const path of ["/other-port", "/metadata", "/own-name", "/own-mapped"]) {
    const task = await ended(service, await scrape(service, site.url + path));
    assertEquals([path, task.error?.code], [path, "blocked_address"]);
  }
  for (const path of ["/meta-refresh", "/refresh"]) {
    assertEquals((await ended(service, await scrape(service, site.url + path))).status, "completed");
  }
  const refused = [
    `${secret.url}/`,
    `http://localhost:${site.port}/never`,
    `http://0.0.0.0:${site.port}/never`,
    `http://[::1]:${site.port}/never`,
    `http://[::ffff:7f00:1]:${site.port}/never`,
    `http://127.0.0.2:${site.port}/never`,
    `http://user:word@${site.host}/never`,
    `ftp://${site.host}/never`,
    "file:///etc/passwd",
  ];
  for (const url of refused) {
    const body = JSON.stringify({ url });
    const { status } = await service.json("/api/tasks/scrape/async", { method: "POST", body });
    assertEquals([url, status], [url, 422]);
  }
  assertEquals(secret.asked, []);
  assertEquals(site.asked.filter((path) => path === "/never"), []);
});

Deno.test("robots.txt that refuses, fails or is long is obeyed; a busy host is asked again when it said", async () => {
  let turns = 0;
  const good = page(articlePage("Good"));
  const robots = (reply: Reply, more: Record<string, Reply> = {}) =>
    rawSite({ "/robots.txt": reply, ...more }, good);
  await using down = robots(answer("503 Unavailable\r\ncontent-length: 0"));
  await using forbidden = robots(answer("403 Forbidden\r\ncontent-length: 0"));
  await using long = robots(
    page("User-agent: *\nDisallow: /\n" + "# filler\n".repeat(30_000), "content-type: text/plain"),
  );
  await using busy = robots(answer("404 Not Found\r\ncontent-length: 0"), {
    "/busy": (conn, path) =>
      turns++ === 0
        ? answer("429 Too Many\r\nretry-after: 1\r\ncontent-length: 0")(conn, path)
        : good(conn, path),
    "/broken": answer("500 Broken\r\ncontent-length: 0"),
  });
  const hosts = [down, forbidden, long, busy].map((site) => site.host).join(",");
  await using service = await startService({ env: { ALLOW_PRIVATE_HOSTS: hosts } });
  const of = async (url: string, options = {}) => await ended(service, await scrape(service, url, options));
  assertEquals((await of(`${forbidden.url}/page`)).status, "completed");
  for (const site of [down, long]) {
    const task = await of(`${site.url}/page`);
    assertEquals([site.asked.includes("/page"), task.status], [false, "failed"]);
  }
  const started = Date.now();
  // Its host asked to be asked later: nobody's failed attempt.
  const asked = await of(`${busy.url}/busy`, { max_attempts: 1 });
  assertEquals([asked.status, asked.attempts], ["completed", 1]);
  assert(Date.now() - started >= 1000, "not before the time the host named");
  const broken = await of(`${busy.url}/broken`, { max_attempts: 2, timeout_ms: 4000 });
  assertEquals([broken.error?.code, broken.attempts], ["http_5xx", 2]);
});

Deno.test("fifty hostile pages in a row leave no process and no memory behind", async () => {
  const kinds = [
    "<font size=i><p>".repeat(3000),
    "<div>".repeat(50_000),
    `<p ${Array.from({ length: 20_000 }, (_, i) => `a${i}=1`).join(" ")}>`,
    "<table>".repeat(10_000),
    "<a".repeat(100_000),
    "<svg><math>".repeat(10_000),
    "<b><i>".repeat(10_000),
    "&amp".repeat(200_000),
    "<!--".repeat(100_000),
    "<select><option>".repeat(10_000),
  ];
  await using site = rawSite(
    {},
    (conn, path) => page(kinds[Number(path.slice(2)) % kinds.length] ?? "x")(conn, path),
  );
  await using service = await startService({ env: { ALLOW_PRIVATE_HOSTS: site.host, WORKERS: "2" } });
  const children = async () => {
    let count = 0;
    for await (const thread of Deno.readDir(`/proc/${service.pid}/task`)) {
      const text = await Deno.readTextFile(`/proc/${service.pid}/task/${thread.name}/children`).catch(() =>
        ""
      );
      count += text.split(" ").filter((pid) => pid !== "").length;
    }
    return count;
  };
  const memoryMb = async () => {
    const status = await Deno.readTextFile(`/proc/${service.pid}/status`);
    return Number(/VmRSS:\s+(\d+)/.exec(status)![1]) / 1024;
  };
  await ended(service, await scrape(service, `${site.url}/h10`));
  const before = await memoryMb();
  const ids: string[] = [];
  for (let i = 0; i < 50; i++) ids.push(await scrape(service, `${site.url}/h${i}`, { timeout_ms: 5000 }));
  for (const id of ids) {
    const task = await ended(service, id);
    assert(
      task.status === "completed" || ["timeout", "out_of_memory"].includes(task.error!.code),
      task.error?.message,
    );
    assert(task.run_ms! < 6000, `${task.run_ms} ms`);
  }
  // Two sandboxes a worker: one for public addresses, one for the exceptions.
  assert(await children() <= 4, `${await children()} children`);
  assert(
    await memoryMb() < before + 150,
    `${before.toFixed(0)} MB before, ${(await memoryMb()).toFixed(0)} MB after`,
  );
});
