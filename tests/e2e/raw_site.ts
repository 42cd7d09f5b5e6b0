/** How a path of a raw site is answered, to the last byte. */
export type Reply = (conn: Deno.Conn, path: string) => Promise<void>;

/** A site that speaks TCP and not HTTP, so that it may lie in any way. */
export interface RawSite extends AsyncDisposable {
  readonly url: string;
  /** `127.0.0.1:<port>`, as ALLOW_PRIVATE_HOSTS wants it. */
  readonly host: string;
  /** Paths it was asked for, in order. */
  readonly asked: string[];
}

const encoder = new TextEncoder();
const bytesOf = (data: string | Uint8Array<ArrayBuffer>) =>
  typeof data === "string" ? encoder.encode(data) : data;

export async function write(conn: Deno.Conn, data: string | Uint8Array<ArrayBuffer>): Promise<void> {
  const bytes = bytesOf(data);
  for (let at = 0; at < bytes.length;) at += await conn.write(bytes.subarray(at));
}

/** An answer of these words, its headers exactly as given. */
export function answer(head: string, body: string | Uint8Array<ArrayBuffer> = ""): Reply {
  return async (conn) => {
    await write(conn, `HTTP/1.1 ${head}\r\nconnection: close\r\n\r\n`);
    await write(conn, body);
  };
}

/** 200 with the right length. */
export function page(body: string | Uint8Array<ArrayBuffer>, head = "content-type: text/html"): Reply {
  return answer(`200 OK\r\n${head}\r\ncontent-length: ${bytesOf(body).length}`, body);
}

export function redirect(location: string): Reply {
  return answer(`302 Found\r\nlocation: ${location}\r\ncontent-length: 0`);
}

/** `head`, then `piece` every `everyMs` until the reader has gone. */
export function drip(head: string, piece: string, everyMs: number): Reply {
  return async (conn) => {
    await write(conn, head);
    while (true) {
      await write(conn, piece);
      if (everyMs > 0) await new Promise((resolve) => setTimeout(resolve, everyMs));
    }
  };
}

/** Not a word until the reader has gone. */
export const silence: Reply = async (conn) => {
  while (await conn.read(new Uint8Array(1024)) !== null);
};

/** @param replyTo of a path; 404 where it has none */
export function startRawSite(replyTo: (path: string) => Reply | undefined): RawSite {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const asked: string[] = [];
  const serving = new Set<Promise<void>>();
  const open = new Set<Deno.Conn>();
  const serve = async (conn: Deno.Conn) => {
    open.add(conn);
    try {
      const buffer = new Uint8Array(16_384);
      const count = await conn.read(buffer);
      const path = new TextDecoder().decode(buffer.subarray(0, count ?? 0)).split(" ")[1] ?? "";
      asked.push(path);
      await (replyTo(path) ?? answer("404 Not Found\r\ncontent-length: 0"))(conn, path);
    } catch {
      // the reader had heard enough
    } finally {
      if (open.delete(conn)) conn.close();
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
    url: `http://127.0.0.1:${port}`,
    host: `127.0.0.1:${port}`,
    asked,
    async [Symbol.asyncDispose]() {
      listener.close();
      await accepting;
      for (const conn of open) conn.close();
      open.clear();
      await Promise.all(serving);
    },
  };
}
