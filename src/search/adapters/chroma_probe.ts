import { rootCause } from "./root_cause.ts";

/** What a Chroma server said when asked whether it is there. */
export interface ProbeAnswer {
  /** As `/api/v2/version` gives it; undefined where it gives none. */
  version?: string;
}

export interface ProbeOptions {
  /** Longest wait for each answer. */
  timeoutMs: number;
  /** Headers of every request, such as credentials. */
  headers?: Record<string, string>;
  /** Trusts an authority of the operator's own; undefined: Deno's own client. */
  client?: Deno.HttpClient;
  /** Ask for the version too. @default false */
  withVersion?: boolean;
  /** Ask whether this is there, and open to the credentials, too. */
  database?: { tenant: string; database: string };
  signal?: AbortSignal;
}

/**
 * Asks the server at `base` for a heartbeat.
 * @throws {Error} with one line for an operator when it does not answer, refuses, or is something else than Chroma.
 */
export async function probeChroma(base: URL, options: ProbeOptions): Promise<ProbeAnswer> {
  const { status, text } = await get(base, "api/v2/heartbeat", options);
  throwIfRefused(status);
  if (status !== 200) throw new Error(`its heartbeat answers with status ${status}`);
  if (!text.includes("nanosecond heartbeat")) throw new Error("what answers there is not Chroma's v2 API");
  if (options.database) await checkDatabase(base, options.database, options);
  if (!options.withVersion) return {};
  const version = await get(base, "api/v2/version", options);
  return { version: /^"([\w.+-]{1,64})"/.exec(version.text)?.[1] };
}

/** A heartbeat may be had without credentials; what lies in a database may not. */
async function checkDatabase(
  base: URL,
  { tenant, database }: { tenant: string; database: string },
  options: ProbeOptions,
): Promise<void> {
  const path = `api/v2/tenants/${encodeURIComponent(tenant)}/databases/${encodeURIComponent(database)}`;
  const { status, text } = await get(base, path, options);
  throwIfRefused(status);
  if (status === 404 && text.includes("NotFoundError")) {
    throw new Error(`it has no database ${database} of tenant ${tenant}: make it, or set CHROMA_DATABASE`);
  }
}

function throwIfRefused(status: number): void {
  if (status === 401 || status === 403) throw new Error(`it refuses the connection with status ${status}`);
}

async function get(
  base: URL,
  path: string,
  options: ProbeOptions,
): Promise<{ status: number; text: string }> {
  const { timeoutMs, headers, client, signal } = options;
  signal?.throwIfAborted();
  const url = new URL(path, base.pathname.endsWith("/") ? base : new URL(`${base.pathname}/`, base));
  // Not AbortSignal.timeout: its timer would outlive the request.
  const controller = new AbortController();
  const onAbort = () => controller.abort(signal!.reason);
  signal?.addEventListener("abort", onAbort, { once: true });
  const timer = setTimeout(() => controller.abort(new Error(`no answer in ${timeoutMs} ms`)), timeoutMs);
  try {
    const response = await fetch(url, { headers, client, redirect: "manual", signal: controller.signal });
    return { status: response.status, text: await response.text() };
  } catch (error) {
    signal?.throwIfAborted();
    if (controller.signal.aborted) throw controller.signal.reason;
    throw new Error(`it cannot be reached: ${rootCause(error)}`, { cause: error });
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
  }
}
