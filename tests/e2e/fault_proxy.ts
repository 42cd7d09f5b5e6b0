/** A server of HTTP in front of another one, that does it the faults a network and a bad day do. */
export type Fault = "none" | "slow" | "error" | "hang" | "garbage";

export interface FaultProxy extends AsyncDisposable {
  readonly url: string;
  fault: Fault;
  /** Requests that met a fault. */
  readonly met: Record<Fault, number>;
}

const SLOW_MS = 700;

/** @param options.keepHanging What hangs goes on hanging when the fault is over, until who asked gives up. */
export function startFaultProxy(target: string, options: { keepHanging?: boolean } = {}): FaultProxy {
  let hanging = new AbortController();
  const met: Record<Fault, number> = { none: 0, slow: 0, error: 0, hang: 0, garbage: 0 };
  const proxy = { fault: "none" as Fault };
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    const { fault } = proxy;
    met[fault]++;
    const { pathname, search } = new URL(request.url);
    if (fault === "error") return new Response("database is locked", { status: 500 });
    if (fault === "garbage") {
      return new Response('{"ids": [[1, {', { headers: { "content-type": "application/json" } });
    }
    if (fault === "hang") {
      await new Promise<void>((resolve) => {
        hanging.signal.addEventListener("abort", () => resolve(), { once: true });
        request.signal.addEventListener("abort", () => resolve(), { once: true });
      });
      return new Response(null, { status: 503 });
    }
    if (fault === "slow") await new Promise((resolve) => setTimeout(resolve, SLOW_MS));
    const body = request.body === null ? undefined : await request.arrayBuffer();
    const headers = new Headers(request.headers);
    for (const name of ["host", "content-length", "connection"]) headers.delete(name);
    const answer = await fetch(`${target}${pathname}${search}`, { method: request.method, headers, body });
    const bytes = await answer.arrayBuffer();
    const hasBody = answer.status !== 204 && answer.status !== 304;
    return new Response(hasBody ? bytes : null, {
      status: answer.status,
      headers: { "content-type": answer.headers.get("content-type") ?? "application/json" },
    });
  });
  const letGo = () => {
    hanging.abort();
    hanging = new AbortController();
  };
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    met,
    get fault() {
      return proxy.fault;
    },
    set fault(fault) {
      proxy.fault = fault;
      if (!options.keepHanging) letGo();
    },
    [Symbol.asyncDispose]: async () => {
      letGo();
      await server.shutdown();
    },
  };
}
