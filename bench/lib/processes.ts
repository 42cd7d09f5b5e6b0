/** A program started for a benchmark, ready when `ready` answers; ended by pid. */
export interface Program extends AsyncDisposable {
  readonly pid: number;
}

export async function startProgram(
  command: string[],
  options: {
    ready: () => Promise<boolean>;
    env?: Record<string, string>;
    cwd?: string;
    timeoutMs?: number;
    /** What ends it well. @default "SIGTERM" */
    stopSignal?: Deno.Signal;
  },
): Promise<Program> {
  const child = new Deno.Command(command[0]!, {
    args: command.slice(1),
    env: options.env,
    cwd: options.cwd,
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  let exit: Deno.CommandStatus | undefined;
  const ended = child.status.then((status) => exit = status);
  const deadline = Date.now() + (options.timeoutMs ?? 15_000);
  while (!await options.ready().catch(() => false)) {
    if (exit !== undefined) {
      const how = exit.signal === null ? `with code ${exit.code}` : `by ${exit.signal}`;
      throw new Error(`${command.join(" ")} ended ${how} before it was ready`);
    }
    if (Date.now() > deadline) {
      kill(child, "SIGKILL");
      await ended;
      throw new Error(`${command.join(" ")} did not become ready`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    pid: child.pid,
    [Symbol.asyncDispose]: async () => {
      kill(child, options.stopSignal ?? "SIGTERM");
      await ended;
    },
  };
}

function kill(child: Deno.ChildProcess, signal: Deno.Signal): void {
  try {
    child.kill(signal);
  } catch {
    // it had ended by itself
  }
}

/** A TCP port nobody listens on at this moment. */
export function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return (listener.addr as Deno.NetAddr).port;
}

/** Whether a URL answers 2xx. */
export async function answers(url: string): Promise<boolean> {
  const response = await fetch(url);
  await response.body?.cancel();
  return response.ok;
}

/**
 * A Redis of its own (Debian package `redis-server`) in a temporary folder, with an append-only file.
 *
 * @param appendfsync `everysec` (Redis' default: a power cut may lose a second) or `always`.
 */
export async function startRedis(
  appendfsync: "everysec" | "always" = "everysec",
): Promise<Program & { port: number }> {
  const port = freePort();
  const dir = await Deno.makeTempDir({ prefix: "tutti-bench-redis-" });
  const program = await startProgram([
    "redis-server",
    ...["--port", String(port), "--bind", "127.0.0.1", "--dir", dir, "--save", ""],
    ...["--appendonly", "yes", "--appendfsync", appendfsync, "--maxmemory-policy", "noeviction"],
  ], {
    ready: async () => {
      using connection = await Deno.connect({ hostname: "127.0.0.1", port });
      await connection.write(new TextEncoder().encode("PING\r\n"));
      const reply = new Uint8Array(16);
      await connection.read(reply);
      return new TextDecoder().decode(reply).startsWith("+PONG");
    },
  });
  return {
    pid: program.pid,
    port,
    [Symbol.asyncDispose]: async () => {
      await program[Symbol.asyncDispose]();
      await Deno.remove(dir, { recursive: true });
    },
  };
}
