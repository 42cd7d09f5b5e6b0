import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { parseExceptions } from "../../../src/platform/host_exceptions.ts";
import { CheckingProxy } from "../../../src/sandbox/browser/host/checking_proxy.ts";
import { serveSite } from "./make_browser.ts";

function open(
  host: string,
  options: { maxBytes?: number; maxConnections?: number; onOverflow?: () => void } = {},
) {
  const { maxBytes = 1e6, maxConnections = 100, onOverflow = () => {} } = options;
  const rules = { ports: [80, 443], exceptions: parseExceptions([host]) };
  return new CheckingProxy({ rules, maxBytes, maxConnections, onOverflow });
}

/** Sends a request head and gives all that comes back. */
async function ask(proxy: CheckingProxy, head: string, options: { secret?: boolean } = {}): Promise<string> {
  const { secret = true } = options;
  using connection = await Deno.connect({ hostname: "127.0.0.1", port: Number(new URL(proxy.server).port) });
  const authorization = `Proxy-Authorization: Basic ${btoa(`${proxy.username}:${proxy.password}`)}\r\n`;
  await connection.write(new TextEncoder().encode(`${head}\r\n${secret ? authorization : ""}\r\n`));
  return await new Response(
    new ReadableStream({
      async pull(controller) {
        const buffer = new Uint8Array(4096);
        const size = await connection.read(buffer).catch(() => null);
        if (size === null) controller.close();
        else controller.enqueue(buffer.subarray(0, size));
      },
    }),
  ).text();
}

Deno.test("the proxy passes a plain request on, without what is between two hops, one a connection", async () => {
  await using site = serveSite({ "/a": () => new Response("hello") });
  using proxy = open(site.host);
  const answer = await ask(
    proxy,
    `GET ${site.origin}/a?b HTTP/1.1\r\nHost: elsewhere.test\r\nProxy-Connection: keep-alive\r\nX-Own: 1`,
  );
  assertStringIncludes(answer, "HTTP/1.1 200 OK");
  assertStringIncludes(answer, "Connection: close");
  assertStringIncludes(answer, "hello");
  const { headers } = site.seen[0]!;
  assertEquals([headers.get("host"), headers.get("x-own")], [site.host, "1"]);
  assertEquals([...headers.keys()].filter((name) => name.startsWith("proxy")), []);
  assert(proxy.bytes > 5);
});

Deno.test("the proxy makes a tunnel where it may, and says 502 where it may not", async () => {
  await using site = serveSite({ "/a": () => new Response("hello") });
  using proxy = open(site.host);
  const port = Number(new URL(proxy.server).port);
  assertStringIncludes(await ask(proxy, `CONNECT 127.0.0.1:${port} HTTP/1.1`), "502");
  assertEquals(proxy.failureOf(`https://127.0.0.1:${port}/`)?.code, "blocked_address");
  assertStringIncludes(await ask(proxy, "CONNECT 93.184.216.34:25 HTTP/1.1"), "502");
  using tunnel = await Deno.connect({ hostname: "127.0.0.1", port });
  const authorization = btoa(`${proxy.username}:${proxy.password}`);
  await tunnel.write(new TextEncoder().encode(
    `CONNECT ${site.host} HTTP/1.1\r\nProxy-Authorization: Basic ${authorization}\r\n\r\n`,
  ));
  const buffer = new Uint8Array(4096);
  assertStringIncludes(new TextDecoder().decode(buffer.subarray(0, (await tunnel.read(buffer))!)), "200");
  await tunnel.write(new TextEncoder().encode("GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
  let text = "";
  for (let size = await tunnel.read(buffer); size !== null; size = await tunnel.read(buffer)) {
    text += new TextDecoder().decode(buffer.subarray(0, size));
  }
  assertStringIncludes(text, "hello");
});

Deno.test("the proxy serves nobody without its secret, and makes up no answer to a refused request", async () => {
  await using site = serveSite({ "/": () => new Response("hello") });
  using proxy = open(site.host);
  assertStringIncludes(await ask(proxy, `GET ${site.origin}/ HTTP/1.1`, { secret: false }), "407");
  assertEquals(await ask(proxy, "GET http://10.0.0.1/ HTTP/1.1"), "");
  assertEquals(await ask(proxy, "GET /relative HTTP/1.1"), "");
  assertEquals(await ask(proxy, "GET ftp://example.com/ HTTP/1.1"), "");
  assertEquals(await ask(proxy, "nonsense"), "");
  assertEquals(site.seen, []);
});

Deno.test("the proxy stops at its limits: bytes close it and tell, connections are refused", async () => {
  await using site = serveSite({
    "/large": () => new Response("x".repeat(200_000)),
    "/": () => new Response("ok"),
  });
  let overflows = 0;
  using small = open(site.host, { maxBytes: 100_000, onOverflow: () => overflows++ });
  const got = await ask(small, `GET ${site.origin}/large HTTP/1.1`);
  assert(got.length <= 100_000, `${got.length}`);
  assertEquals(overflows, 1);
  using few = open(site.host, { maxConnections: 1 });
  assertStringIncludes(await ask(few, `GET ${site.origin}/ HTTP/1.1`), "200");
  assertEquals(await ask(few, `GET ${site.origin}/ HTTP/1.1`), "");
  assertEquals([few.refused, site.seen.length], [1, 2]);
});

Deno.test("the proxy answers nothing to a head, or an answer's head, that has no end", async () => {
  const upstream = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const host = `127.0.0.1:${upstream.addr.port}`;
  const serving = (async () => {
    using connection = await upstream.accept();
    const line = new TextEncoder().encode(`X: ${"y".repeat(60_000)}\r\n`);
    await connection.write(new TextEncoder().encode("HTTP/1.1 200 OK\r\n"));
    try {
      while (true) await connection.write(line);
    } catch {
      // the proxy has had enough
    }
  })();
  using proxy = open(host);
  assertEquals(await ask(proxy, `GET http://${host}/ HTTP/1.1`), "");
  await serving;
  upstream.close();
  assertEquals(proxy.failureOf(`http://${host}/`)?.code, "connect");
  assertEquals(
    await ask(proxy, `GET http://${host}/ HTTP/1.1\r\nX: ${"y".repeat(200_000)}`).catch(() => ""),
    "",
  );
});
