/**
 * A site that is every address at once: in a network namespace where all of IPv4 and IPv6 is local, it listens on
 * the wildcard and writes down which address a visitor was really after.
 */
export class Canary {
  /** Local addresses of the connections since the last `take`. */
  #visited: string[] = [];
  readonly ports = [80, 443, 8080, 6379, 22, 25, 11211, 8000];

  serve(): void {
    for (const port of this.ports) {
      const listener = Deno.listen({ hostname: "::", port }); // dual stack: IPv4 comes mapped
      void (async () => {
        for await (const connection of listener) void this.#answer(connection, port);
      })();
    }
  }

  take(): string[] {
    const visited = this.#visited;
    this.#visited = [];
    return visited;
  }

  async #answer(connection: Deno.TcpConn, port: number): Promise<void> {
    const { hostname } = connection.localAddr;
    this.#visited.push(`${hostname.replace(/^::ffff:/i, "")} ${port}`);
    const buffer = new Uint8Array(8192);
    const size = await connection.read(buffer);
    const target = new TextDecoder().decode(buffer.subarray(0, size ?? 0)).split(" ")[1] ?? "/";
    await connection.write(new TextEncoder().encode(answerTo(target)));
    connection.close();
  }
}

function answerTo(target: string): string {
  const url = new URL(target, "http://canary.test");
  const moved = (code: string, to: string) =>
    `HTTP/1.1 ${code} Moved\r\nlocation: ${to}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`;
  if (url.pathname === "/r") return moved(url.searchParams.get("code")!, url.searchParams.get("to")!);
  if (url.pathname === "/loop") return moved("302", "/loop");
  const page = `<meta http-equiv=refresh content="0;url=http://127.0.0.1/"><p>canary`;
  return `HTTP/1.1 200 OK\r\ncontent-length: ${page.length}\r\nconnection: close\r\n\r\n${page}`;
}
