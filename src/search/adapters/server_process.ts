import { settlesWithin, sleep } from "../../platform/deadline.ts";
import { CHROMA_SERVER_SPECIFIER, CONFIG_FILE } from "./chroma_package.ts";

export interface ServerProcessOptions {
  /** Words put before the command. */
  launcher: readonly string[];
  /** Absolute. */
  folder: string;
  port: number;
}

const OUTPUT_MAX_CHARS = 16_384;
// deno-lint-ignore no-control-regex
const COLOURS = /\x1b\[[0-9;]*m/g;

/** One run of the Chroma server as a child process. Its output is read to the end and its last part kept. */
export class ServerProcess {
  readonly pid: number;
  /** Resolves when it has ended; never rejects. */
  readonly ended: Promise<Deno.CommandStatus>;
  readonly #child: Deno.ChildProcess;
  #output = "";
  #hasEnded = false;

  private constructor(child: Deno.ChildProcess) {
    this.#child = child;
    this.pid = child.pid;
    const read = Promise.all([this.#read(child.stdout), this.#read(child.stderr)]);
    this.ended = child.status.then(async (status) => {
      this.#hasEnded = true;
      // Whatever inherited its pipes must not hold us up.
      if (!await settlesWithin(read, 1000)) {
        await Promise.allSettled([child.stdout.cancel(), child.stderr.cancel()]);
      }
      return status;
    });
  }

  /** @throws {Deno.errors.NotFound} if the launcher (or Deno) cannot be found. */
  static async spawn(options: ServerProcessOptions): Promise<ServerProcess> {
    const { launcher, folder, port } = options;
    const words = [
      ...await dieWithParent(),
      ...launcher,
      Deno.execPath(),
      "run",
      "--no-prompt",
      // The lock file beside it holds the package's hash. Not --cached-only: on a new machine the first start
      // downloads the package; where it is cached, nothing touches the network.
      "--config",
      CONFIG_FILE,
      "--allow-ffi",
      "--allow-read",
      "--allow-env",
      CHROMA_SERVER_SPECIFIER,
      "run",
      "--host",
      "127.0.0.1",
      "--path",
      folder,
      "--port",
      String(port),
    ];
    const child = new Deno.Command(words[0]!, {
      args: words.slice(1),
      // Deno and npm need the rest (HOME, DENO_DIR, proxies); the service's secrets are nothing to Chroma.
      env: {
        API_KEYS: "",
        REDIS_URL: "",
        WEBHOOK_SECRET: "",
        EMBEDDINGS_API_KEY: "",
        LLM_API_KEY: "",
        ANONYMIZED_TELEMETRY: "false",
        NO_COLOR: "1",
      },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    return new ServerProcess(child);
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Whether it has said that it listens. */
  get saysItListens(): boolean {
    return /listening on address/i.test(this.#output);
  }

  /** The end of what it has written, without colours. */
  get output(): string {
    return this.#output;
  }

  /** SIGTERM, then SIGKILL after `graceMs`. Resolves when it has ended. */
  async end(graceMs: number): Promise<void> {
    if (graceMs > 0) {
      this.#signal("SIGTERM");
      if (await settlesWithin(this.ended, graceMs)) return;
    }
    this.#signal("SIGKILL");
    await this.ended;
  }

  #signal(signal: Deno.Signal): void {
    if (this.#hasEnded) return;
    try {
      this.#child.kill(signal);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound || error instanceof TypeError)) throw error; // it has just ended
    }
  }

  async #read(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
    try {
      for await (const text of stream.pipeThrough(new TextDecoderStream(), { preventCancel: true })) {
        this.#output = (this.#output + text.replace(COLOURS, "")).slice(-OUTPUT_MAX_CHARS);
      }
    } catch {
      // cancelled above, or the pipe broke with the process: `ended` tells
    }
  }
}

/**
 * The words that make a child end with its parent, even after a SIGKILL, where the system has them (util-linux).
 * The kernel ties it to the thread that spawned it; the service spawns on its main thread, which ends last.
 */
async function dieWithParent(): Promise<string[]> {
  const words = ["setpriv", "--pdeathsig", "KILL", "--"];
  try {
    const { success } = await new Deno.Command("setpriv", {
      args: [...words.slice(1), "true"],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).output();
    return success ? words : [];
  } catch {
    return [];
  }
}

/**
 * Ends the server that a killed service left behind in `folder`, if `pid` still is that: a pid may long belong to
 * somebody else, so the command line must name both the package and the folder.
 */
export async function endOrphan(pid: number, folder: string, options: { graceMs: number }): Promise<boolean> {
  const isOurs = async () => {
    const line = await commandLine(pid);
    return line.includes("npm:chromadb@") && line.includes(` --path ${folder} `);
  };
  if (!await isOurs()) return false;
  for (const [signal, waitMs] of [["SIGTERM", options.graceMs], ["SIGKILL", 5000]] as const) {
    try {
      Deno.kill(pid, signal);
    } catch {
      return true; // it has just ended
    }
    for (const endMs = Date.now() + waitMs; Date.now() < endMs;) {
      if (!await isOurs()) return true;
      await sleep(50);
    }
  }
  throw new Error(`Cannot end process ${pid}, a Chroma left behind in ${folder}`);
}

/** Empty for a process that is gone (or a zombie). Deno keeps /proc for itself, so other programs read it for us. */
async function commandLine(pid: number): Promise<string> {
  for (
    const [program, args] of [["cat", [`/proc/${pid}/cmdline`]], ["ps", [
      "-ww",
      "-o",
      "args=",
      "-p",
      `${pid}`,
    ]]] as const
  ) {
    try {
      const { success, stdout } = await new Deno.Command(program, {
        args: [...args],
        stdin: "null",
        stderr: "null",
      }).output();
      if (success) return new TextDecoder().decode(stdout).replaceAll("\0", " ");
    } catch {
      // no such program here: try the other one
    }
  }
  return "";
}
