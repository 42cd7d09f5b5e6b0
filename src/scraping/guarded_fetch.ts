import type { GuardedFetchInit } from "../tasks/define.ts";
import { fetchHops } from "./hops.ts";
import { type GuardDeps, RobotsGuard } from "./robots_guard.ts";

export type GuardedFetch = (
  url: string | URL,
  init: GuardedFetchInit,
  options: { signal?: AbortSignal; timeoutMs: number; mayDefer?: boolean },
) => Promise<Response>;

const BODILESS = new Set([101, 204, 205, 304]);

/** `ctx.fetch` of a task: redirects followed unless told not to, every hop guarded, the body read within the size limit. */
export function createGuardedFetch(deps: GuardDeps & { robots?: RobotsGuard }): GuardedFetch {
  const robots = deps.robots ?? new RobotsGuard(deps);
  const { sandbox, settings } = deps;
  return async (url, init, options) => {
    const { signal, timeoutMs, mayDefer } = options;
    const budget = { deadlineMs: Date.now() + timeoutMs, signal, mayDefer };
    const result = await fetchHops(
      {
        url: String(url),
        method: init.method,
        headers: lowerNames(init.headers ?? {}),
        body: init.body,
        maxBytes: Math.min(init.maxBytes ?? settings.maxBytes, settings.maxBytes),
        respectRobots: init.respectRobots ?? true,
        stopAtRedirect: init.redirect === "manual",
      },
      { ...deps, robots },
      budget,
    );
    const { status, headers, body } = result.response;
    const bytes = body && await sandbox.readBody(body, {
      signal: options.signal,
      timeoutMs: Math.max(1, budget.deadlineMs - Date.now()),
    });
    const response = new Response(BODILESS.has(status) || !bytes ? null : bytes.slice(), {
      status,
      headers: decodedHeaders(headers),
    });
    Object.defineProperty(response, "url", { value: result.url });
    Object.defineProperty(response, "redirected", { value: result.redirects.length > 0 });
    return response;
  };
}

function lowerNames(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

/** The body is handed on decoded: what spoke of its encoding or length would now be wrong. */
function decodedHeaders(headers: Record<string, string>): Headers {
  const result = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    if (name === "content-encoding" || name === "content-length" || name === "transfer-encoding") continue;
    result.set(name, value);
  }
  return result;
}
