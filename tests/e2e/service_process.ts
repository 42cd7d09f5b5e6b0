import { checkOrigin, readyToCheck } from "../contract/contract_check.ts";

/**
 * The service as a user runs it: `deno task start` does it, in a process of its own, on a free port, with folders
 * of its own. Ended by pid; its folders go with it. While it runs, what `fetch` brings from it is held against its
 * document (`CHECK_CONTRACT=0` lets it be).
 */
export interface ServiceProcess extends AsyncDisposable {
  readonly url: string;
  readonly pid: number;
  readonly folder: string;
  /** Everything it has written to stderr. */
  log(): string;
  /** Sends a signal and waits for the end; the exit code. */
  end(signal?: Deno.Signal): Promise<number>;
  /** The same folders, a new process. */
  restart(env?: Record<string, string>): Promise<ServiceProcess>;
  json<T = Record<string, unknown>>(
    path: string,
    init?: RequestInit,
  ): Promise<{ status: number; body: T; headers: Headers }>;
}

export interface ServiceProcessOptions {
  env?: Record<string, string>;
  /** Folder for data, cache and logs; a new one is made (and removed at the end) where none is given. */
  folder?: string;
  /** @default 20000 */
  startTimeoutMs?: number;
}

const ROOT = new URL("../../", import.meta.url).pathname;

export async function startService(options: ServiceProcessOptions = {}): Promise<ServiceProcess> {
  const ownFolder = options.folder === undefined;
  const folder = options.folder ?? await Deno.makeTempDir({ prefix: "tutti-e2e-" });
  const env: Record<string, string> = {
    PORT: "0",
    CHROMA_URL: "off",
    DATA_DIR: `${folder}/data`,
    CACHE_DIR: `${folder}/cache`,
    LOG_DIR: `${folder}/logs`,
    LOG_FORMAT: "json",
    ...options.env,
  };
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-P=service", "--v8-flags=--max-semi-space-size=8", "main.ts"],
    cwd: ROOT,
    env,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();

  let text = "";
  const { promise: url, resolve: started, reject: failed } = Promise.withResolvers<string>();
  const draining = (async () => {
    const decoder = new TextDecoder();
    for await (const chunk of child.stderr) {
      text += decoder.decode(chunk, { stream: true });
      const match = /application_started[^\n]*?url=(http:\/\/[^\s"\\,]+)/.exec(text);
      if (match) started(match[1]!);
    }
    failed(new Error(`the service ended before it had started:\n${text}`));
  })();
  const timer = setTimeout(
    () => failed(new Error(`the service did not start in time:\n${text}`)),
    options.startTimeoutMs ?? 20_000,
  );
  let ended: Promise<number> | undefined;
  const end = (signal: Deno.Signal = "SIGTERM") => {
    ended ??= (async () => {
      try {
        child.kill(signal);
      } catch {
        // it had ended by itself
      }
      const { code } = await child.status;
      await draining;
      return code;
    })();
    return ended;
  };
  let base: string;
  try {
    base = await url;
  } catch (error) {
    await end("SIGKILL");
    throw error;
  } finally {
    clearTimeout(timer);
  }
  const isChecked = Deno.env.get("CHECK_CONTRACT") !== "0";
  if (isChecked) await readyToCheck();
  const uncheck = isChecked ? checkOrigin(base) : () => {};
  return {
    url: base,
    pid: child.pid,
    folder,
    log: () => text,
    end: (signal) => {
      uncheck();
      return end(signal);
    },
    restart: async (more = {}) => {
      uncheck();
      await end("SIGKILL");
      return await startService({ ...options, folder, env: { ...options.env, ...more } });
    },
    json: async <T>(path: string, init: RequestInit = {}) => {
      const headers = new Headers(init.headers);
      if (typeof init.body === "string" && !headers.has("content-type")) {
        headers.set("content-type", "application/json");
      }
      const response = await fetch(new URL(path, base), { ...init, headers });
      const body = await response.text();
      return {
        status: response.status,
        headers: response.headers,
        body: (body.startsWith("{") || body.startsWith("[") ? JSON.parse(body) : body) as T,
      };
    },
    [Symbol.asyncDispose]: async () => {
      uncheck();
      await end();
      if (ownFolder) await Deno.remove(folder, { recursive: true });
    },
  };
}
