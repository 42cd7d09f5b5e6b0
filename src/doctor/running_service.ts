import { messageOf } from "../platform/errors.ts";

/** The service as it answers on HOST:PORT. */
export interface RunningService {
  readonly url: string;
  readonly version: string;
  /**
   * The JSON of a route.
   * @throws {Error} it does not answer in time, or not with 200; with what it says in one line
   */
  get<T>(path: string, options?: { timeoutMs?: number }): Promise<T>;
}

export interface Address {
  host: string;
  port: number;
  /** Secret of an API key, where the service has any. */
  apiKey?: string;
}

const HEALTH_TIMEOUT_MS = 3000;
const TIMEOUT_MS = 30_000;

/** The service that listens there; undefined where nobody does, or something else than Tutti. */
export async function findService(address: Address): Promise<RunningService | undefined> {
  const { apiKey } = address;
  const url = urlOf(address);
  const headers: Record<string, string> = apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` };
  const ask = (path: string, timeoutMs: number) =>
    fetch(`${url}${path}`, { headers, redirect: "manual", signal: AbortSignal.timeout(timeoutMs) });

  let version: string;
  try {
    // 503 while it stops: it is there all the same, and its files are its own
    const body: unknown = await (await ask("/health", HEALTH_TIMEOUT_MS)).json();
    const said = body as { version?: unknown; components?: { queue?: unknown } };
    if (typeof said?.version !== "string" || said.components?.queue === undefined) return undefined;
    version = said.version;
  } catch {
    return undefined;
  }
  return {
    url,
    version,
    get: async <T>(path: string, options: { timeoutMs?: number } = {}) => {
      const response = await ask(path, options.timeoutMs ?? TIMEOUT_MS).catch((error) => {
        throw new Error(`${path} does not answer: ${messageOf(error)}`, { cause: error });
      });
      if (response.ok) return await response.json() as T;
      const problem = await response.json().catch(() => ({})) as { detail?: string };
      throw new Error(`${path} answers ${response.status}${problem.detail ? `: ${problem.detail}` : ""}`);
    },
  };
}

/** A service that listens everywhere is asked on loopback. */
function urlOf({ host, port }: Address): string {
  const name = host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "::1" : host;
  return `http://${name.includes(":") ? `[${name}]` : name}:${port}`;
}
