/**
 * Every address at once (see tests/ssrf/canary.ts), with pages that try to lead a browser home. It writes down which
 * address and port each visitor was after, over TCP and UDP.
 */
export class EgressSite {
  readonly visited = new Set<string>();
  readonly #pages: Record<string, string>;

  constructor(pages: Record<string, string>) {
    this.#pages = pages;
  }

  serve(): void {
    for (const port of [80, 443, 8080, 8443, 3478, 5349, 6379, 22, 9222]) {
      const listener = Deno.listen({ hostname: "::", port });
      void (async () => {
        for await (const connection of listener) void this.#answer(connection, port).catch(() => {});
      })();
    }
    for (const port of [443, 3478, 5349, 5353]) {
      const socket = Deno.listenDatagram({ transport: "udp", hostname: "::", port });
      void (async () => {
        // A datagram does not tell where it was sent to: any at all is one too many.
        for await (const _ of socket) this.visited.add(`udp ${port}`);
      })();
    }
  }

  async #answer(connection: Deno.TcpConn, port: number): Promise<void> {
    this.visited.add(`${connection.localAddr.hostname.replace(/^::ffff:/i, "")} ${port}`);
    const buffer = new Uint8Array(16_384);
    const size = await connection.read(buffer);
    const target = new TextDecoder().decode(buffer.subarray(0, size ?? 0)).split(" ")[1] ?? "/";
    await connection.write(new TextEncoder().encode(this.#reply(target)));
    connection.close();
  }

  #reply(target: string): string {
    const url = new URL(target, "http://site.test");
    const to = url.searchParams.get("to");
    if (url.pathname === "/r") {
      return `HTTP/1.1 302 Moved\r\nlocation: ${to}\r\naccess-control-allow-origin: *\r\ncontent-length: 0\r\n\r\n`;
    }
    const page = url.pathname === "/refresh"
      ? `<meta http-equiv=refresh content="0;url=${to}">`
      : url.pathname === "/go"
      ? `<script>location.href = ${JSON.stringify(to)}</script>`
      : this.#pages[url.pathname] ?? "<p>reached";
    const type = url.pathname.endsWith(".js") ? "text/javascript" : "text/html";
    return `HTTP/1.1 200 OK\r\ncontent-type: ${type}\r\naccess-control-allow-origin: *\r\n` +
      `content-length: ${new TextEncoder().encode(page).length}\r\nconnection: close\r\n\r\n${page}`;
  }
}
