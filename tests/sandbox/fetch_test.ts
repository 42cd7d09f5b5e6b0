import { assert, assertEquals } from "@std/assert";
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { startSite } from "../fakes/site.ts";
import { assertCode, make } from "./make.ts";

const LIMIT = { timeoutMs: 8000 };

function zeros(): Response {
  return encoded(gzipSync(new Uint8Array(20_000_000)), "gzip");
}

function endless(everyMs: number): Response {
  let timer: ReturnType<typeof setInterval>;
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      timer = setInterval(() => controller.enqueue(new Uint8Array(everyMs === 0 ? 200_000 : 1)), everyMs);
    },
    cancel: () => clearInterval(timer),
  });
  return new Response(stream);
}

const encoded = (body: string | Uint8Array, encoding: string) =>
  new Response(body as BodyInit, { headers: { "content-encoding": encoding } });

Deno.test("fetch() hands out decoded bodies and ends hostile ones with their code", async () => {
  await using site = startSite({
    "/gzip": () => encoded(gzipSync("hello"), "gzip"),
    "/br": () => encoded(brotliCompressSync("hello"), "br"),
    "/twice": () => encoded(gzipSync(gzipSync("hello")), "gzip, gzip"),
    "/deflate": () => encoded(deflateSync("hello"), "deflate"),
    "/raw-deflate": () => encoded(deflateRawSync("hello"), "deflate"),
    "/zstd": () => encoded(zstdCompressSync("hello"), "zstd"),
    "/mixed": () => encoded(brotliCompressSync(gzipSync("hello")), "gzip, br"),
    "/lie": () => encoded("no gzip at all", "gzip"),
    "/bomb": zeros,
    "/endless": () => endless(0),
    "/drip": () => endless(50),
    "/hang": () => new Promise<Response>((resolve) => setTimeout(() => resolve(new Response("late")), 1500)),
    "/headers": () =>
      new Response("x", {
        headers: Array.from({ length: 500 }, (_, i) => [`a${i}`, "b"]) as [string, string][],
      }),
    "/moved": () =>
      new Response("x".repeat(100), { status: 302, headers: { location: "///elsewhere.test/a" } }),
    "/echo": (request) => new Response(JSON.stringify(Object.fromEntries(request.headers))),
  });
  await using sandbox = make({ allowPrivateHosts: [site.host] });
  const get = (path: string, options: { timeoutMs?: number; headers?: Record<string, string> } = {}) =>
    sandbox.fetch({ url: site.url + path, maxBytes: 1_000_000, headers: options.headers }, {
      ...LIMIT,
      timeoutMs: options.timeoutMs ?? 8000,
    });
  const text = async (path: string, headers?: Record<string, string>) =>
    new TextDecoder().decode(await sandbox.readBody((await get(path, { headers })).body!, LIMIT));
  assertEquals(await text("/gzip"), "hello");
  assertEquals(await text("/br"), "hello");
  for (const path of ["/twice", "/deflate", "/raw-deflate", "/zstd", "/mixed"]) {
    await assertCode(get(path), "unsupported_content");
  }
  await assertCode(get("/lie"), "unsupported_content");
  await assertCode(get("/bomb"), "too_large");
  await assertCode(get("/endless"), "too_large");
  await assertCode(get("/drip", { timeoutMs: 600 }), "timeout");
  await assertCode(get("/hang", { timeoutMs: 300 }), "timeout");
  await assertCode(get("/headers"), "too_large");
  const long = { url: `${site.url}/endless`, maxBytes: 100_000, truncate: true };
  assertEquals((await sandbox.readBody((await sandbox.fetch(long, LIMIT)).body!, LIMIT)).length, 100_000);
  const moved = await get("/moved");
  assertEquals([moved.redirectTo, moved.body], ["http://elsewhere.test/a", undefined]);
  const echoed = JSON.parse(await text("/echo", { "user-agent": "Forged", "x-own": "1", host: "other" }));
  assertEquals([echoed["user-agent"], echoed["x-own"], echoed.host], ["TestBot/1", "1", site.host]);
});

Deno.test("fetch() names connection failures", async () => {
  await using site = startSite({}, "x");
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const closed = listener.addr.port;
  listener.close();
  await using sandbox = make({
    allowPrivateHosts: [site.host, `127.0.0.1:${closed}`, "no-such-host.invalid"],
  });
  const fetch = (url: string) => sandbox.fetch({ url, maxBytes: 1000 }, LIMIT);
  await assertCode(fetch(`https://${site.host}/`), "tls");
  await assertCode(fetch(`http://127.0.0.1:${closed}/`), "connect");
  await assertCode(fetch("http://no-such-host.invalid/"), "dns");
  await assertCode(fetch("http://other-host.invalid/"), "dns");
});

Deno.test("fetch() reaches an exception and nothing beside it", async () => {
  await using allowed = startSite({}, "x");
  await using other = startSite({}, "y");
  await using sandbox = make({
    allowPrivateHosts: [allowed.host],
    ports: [80, Number(other.host.split(":")[1])],
  });
  assertEquals((await sandbox.fetch({ url: allowed.url, maxBytes: 10 }, LIMIT)).status, 200);
  await assertCode(sandbox.fetch({ url: other.url, maxBytes: 10 }, LIMIT), "blocked_address");
  assertEquals(other.hits.size, 0);
});

Deno.test("fetch() replaces a child after its uses, and bodies of the old one stay readable", async () => {
  await using site = startSite({}, "body");
  await using sandbox = make({ allowPrivateHosts: [site.host], maxUses: 2 });
  const hop = () => sandbox.fetch({ url: site.url, maxBytes: 10 }, LIMIT);
  const first = await hop();
  const second = await hop();
  const [old] = sandbox.pids;
  const third = await hop();
  assertEquals(sandbox.status().alive, 2);
  for (const { body } of [first, second, third]) {
    assertEquals(new TextDecoder().decode(await sandbox.readBody(body!, LIMIT)), "body");
  }
  assert(!sandbox.pids.includes(old!) || sandbox.status().killed === 0);
  assertEquals(sandbox.status().killed, 0);
});

Deno.test("fetch() loses no body of a child that is being replaced, however many are on their way", async () => {
  await using site = startSite({}, "body");
  await using sandbox = make({ allowPrivateHosts: [site.host], maxUses: 16 });
  let left = 800;
  const oneAfterAnother = async () => {
    while (left-- > 0) {
      const { body } = await sandbox.fetch({ url: site.url, maxBytes: 10 }, LIMIT);
      assertEquals(new TextDecoder().decode(await sandbox.readBody(body!, LIMIT)), "body");
    }
  };
  await Promise.all(Array.from({ length: 12 }, oneAfterAnother));
});
