/** A server between a client and a real Chroma, that can do everything servers do on a bad day. */

export type Fault =
  | { kind: "none" }
  | { kind: "status"; status: number; body?: string }
  | { kind: "garbage"; body: string }
  /** Never answers. */
  | { kind: "hang" }
  /** Answers with a byte now and then. */
  | { kind: "drip" }
  | { kind: "slow"; delayMs: number };

export interface FaultyServer extends AsyncDisposable {
  readonly url: string;
  fault: Fault;
  /** Only these requests suffer; undefined: all. */
  only: RegExp | undefined;
  /** Where the real one is; it may move. */
  target: string;
  /** `METHOD path` of each request. */
  readonly seen: string[];
  /** Of each request. */
  readonly headers: Headers[];
}

export function faultyServer(target = ""): FaultyServer {
  const open = new Set<AbortController>();
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const { pathname, search } = new URL(request.url);
    faulty.seen.push(`${request.method} ${pathname}`);
    faulty.headers.push(request.headers);
    const { fault } = faulty;
    const body = await request.text();
    const suffers = fault.kind !== "none" && (faulty.only?.test(pathname) ?? true);
    if (suffers) {
      const answer = await suffer(fault, open);
      if (answer) return answer;
    }
    try {
      const answer = await fetch(`${faulty.target}${pathname}${search}`, {
        method: request.method,
        headers: { "content-type": "application/json" },
        body: request.method === "GET" || body === "" ? undefined : body,
      });
      return new Response(await answer.text(), { status: answer.status });
    } catch {
      return new Response("no upstream", { status: 502 });
    }
  });
  const faulty: FaultyServer = {
    url: `http://127.0.0.1:${server.addr.port}`,
    fault: { kind: "none" },
    only: undefined,
    target,
    seen: [],
    headers: [],
    async [Symbol.asyncDispose]() {
      for (const controller of open) controller.abort();
      await server.shutdown();
    },
  };
  return faulty;
}

async function suffer(fault: Fault, open: Set<AbortController>): Promise<Response | undefined> {
  switch (fault.kind) {
    case "status":
      return new Response(fault.body ?? "", { status: fault.status });
    case "garbage":
      return new Response(fault.body);
    case "slow":
      await new Promise((resolve) => setTimeout(resolve, fault.delayMs));
      return undefined;
    case "hang": {
      const controller = new AbortController();
      open.add(controller);
      await new Promise<void>((resolve) => controller.signal.addEventListener("abort", () => resolve()));
      return new Response(null, { status: 503 });
    }
    case "drip": {
      let timer: ReturnType<typeof setInterval>;
      const body = new ReadableStream<Uint8Array>({
        start(stream) {
          timer = setInterval(() => stream.enqueue(new TextEncoder().encode(" ")), 20);
        },
        cancel: () => clearInterval(timer),
      });
      return new Response(body);
    }
  }
}

/** A server that ends each connection in the middle of its answer. */
export function cuttingServer(): AsyncDisposable & { url: string } {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const serving = (async () => {
    for await (const connection of listener) {
      using _ = connection;
      await connection.read(new Uint8Array(65_536));
      const text = 'HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{"ids":[["a",';
      await connection.write(new TextEncoder().encode(text));
    }
  })();
  return {
    url: `http://127.0.0.1:${(listener.addr as Deno.NetAddr).port}`,
    async [Symbol.asyncDispose]() {
      listener.close();
      await serving;
    },
  };
}
