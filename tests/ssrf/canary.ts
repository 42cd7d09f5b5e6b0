/**
 * A site that is every address at once: in a network namespace where all of IPv4 and IPv6 is local, it listens on
 * the wildcard and writes down which address a visitor was really after.
 */
export interface Visit {
  address: string;
  port: number;
  /** What the visitor asked for, as far as it did: its Host header and the target of its request. */
  host: string;
  target: string;
}

export interface Reply {
  /** @default 200 */
  status?: number;
  headers?: Record<string, string>;
  body?: string;
}

const encoder = new TextEncoder();

export class Canary {
  readonly #visits: Visit[] = [];
  readonly ports = [22, 25, 80, 443, 3128, 5432, 6379, 8000, 8080, 8443, 9222, 11211];
  /** Pages of a test, by host and path (`a.test/robots.txt`); anything else is the usual page. */
  readonly pages = new Map<string, Reply>();

  serve(): void {
    for (const port of this.ports) {
      const listener = Deno.listen({ hostname: "::", port }); // dual stack: IPv4 comes mapped
      void (async () => {
        for await (const connection of listener) this.#answer(connection, port).catch(() => {});
      })();
    }
  }

  /** The visits since the last `take`. */
  take(): Visit[] {
    return this.#visits.splice(0);
  }

  async #answer(connection: Deno.TcpConn, port: number): Promise<void> {
    using _ = connection;
    const { hostname } = connection.localAddr;
    const visit: Visit = { address: hostname.replace(/^::ffff:/i, ""), port, host: "", target: "" };
    this.#visits.push(visit);
    const buffer = new Uint8Array(16_384);
    let size = 0;
    let head = "";
    while (!head.includes("\r\n\r\n")) {
      const read = await connection.read(buffer.subarray(size));
      if (read === null || read === 0) break;
      size += read;
      head = new TextDecoder().decode(buffer.subarray(0, size));
    }
    visit.target = head.split(" ")[1] ?? "/";
    visit.host = /^host: *(\S*)/im.exec(head)?.[1] ?? "";
    await writeAll(connection, encoder.encode(this.#textOf(visit)));
  }

  #textOf({ host, target }: Visit): string {
    const url = new URL(target, "http://canary.test");
    const { status = 200, headers = {}, body = "" } = this.pages.get(`${host}${url.pathname}`) ?? usual(url);
    const lines = Object.entries({
      ...headers,
      "content-length": `${encoder.encode(body).length}`,
      connection: "close",
    });
    return `HTTP/1.1 ${status} Told\r\n${
      lines.map(([name, value]) => `${name}: ${value}\r\n`).join("")
    }\r\n${body}`;
  }
}

async function writeAll(connection: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
}

function usual(url: URL): Reply {
  if (url.pathname === "/r") {
    return {
      status: Number(url.searchParams.get("code")),
      headers: { location: url.searchParams.get("to")! },
    };
  }
  if (url.pathname === "/loop") return { status: 302, headers: { location: "/loop" } };
  return { body: `<meta http-equiv=refresh content="0;url=http://127.0.0.1/"><p>canary` };
}
