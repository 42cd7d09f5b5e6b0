import { createBrowser } from "../../../src/sandbox/browser/mod.ts";
import type { BrowserOptions } from "../../../src/sandbox/browser/port.ts";
import { lacks } from "../../needs.ts";

export const CHROMIUM = "/usr/bin/chromium";

/** Whether tests of the browser are to be ignored here. */
export function lacksBrowser(): boolean {
  return lacks("chromium");
}

/** A browser whose pages may be at these origins of this machine. */
export async function makeBrowser(allowPrivateHosts: string[], options: Partial<BrowserOptions> = {}) {
  const folder = await Deno.makeTempDir({ prefix: "tutti-browser-" });
  const events: string[] = [];
  const browser = createBrowser({
    chromiumPath: CHROMIUM,
    folder,
    userAgent: "TestBot/1 (+https://bot.test)",
    ports: [80, 443],
    allowPrivateHosts,
    concurrency: 2,
    maxRequests: 50,
    maxBytes: 10_000_000,
    heapMb: 256,
    rssMb: 768,
    ...options,
  }, { log: (_level, event) => void events.push(event) });
  return {
    browser,
    folder,
    events,
    async [Symbol.asyncDispose]() {
      await browser[Symbol.asyncDispose]();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** A site of pages by path, on a port of its own. It remembers what it was asked. */
export function serveSite(
  pages: Record<string, string | ((request: Request) => Response | Promise<Response>)>,
) {
  const seen: { path: string; headers: Headers }[] = [];
  const stop = new AbortController();
  const { signal } = stop;
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, signal, onListen() {} }, (request) => {
    const { pathname } = new URL(request.url);
    seen.push({ path: pathname, headers: request.headers });
    const page = pages[pathname];
    if (page === undefined) return new Response("nothing here", { status: 404 });
    if (typeof page === "function") return page(request);
    return new Response(page, { headers: { "content-type": "text/html; charset=utf-8" } });
  });
  const host = `127.0.0.1:${server.addr.port}`;
  return {
    host,
    origin: `http://${host}`,
    seen,
    async [Symbol.asyncDispose]() {
      stop.abort(); // what still hangs is cut off
      await server.finished;
    },
  };
}

/** Processes below `pid`, itself not counted. */
export async function descendants(pid: number): Promise<number[]> {
  const { stdout } = await new Deno.Command("ps", { args: ["-eo", "pid=,ppid=,stat="] }).output();
  const rows = new TextDecoder().decode(stdout).trim().split("\n").map((line) => line.trim().split(/\s+/));
  const found: number[] = [];
  const from = [pid];
  while (from.length > 0) {
    const parent = from.pop()!;
    for (const [child, ppid, stat] of rows) {
      if (Number(ppid) !== parent || stat?.startsWith("Z")) continue;
      found.push(Number(child));
      from.push(Number(child));
    }
  }
  return found;
}

/** Waits until none of these processes lives. */
export async function untilGone(pids: number[], withinMs: number): Promise<number[]> {
  const endMs = performance.now() + withinMs;
  while (true) {
    const { stdout } = await new Deno.Command("ps", { args: ["-eo", "pid=,stat="] }).output();
    const alive = new Map(
      new TextDecoder().decode(stdout).trim().split("\n").map((line) =>
        line.trim().split(/\s+/) as [string, string]
      ),
    );
    const left = pids.filter((pid) => !(alive.get(String(pid)) ?? "Z").startsWith("Z"));
    if (left.length === 0 || performance.now() > endMs) return left;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
