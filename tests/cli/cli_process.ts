/** The command line as a user runs it: a process with the permissions of `deno task cli` and no others. */
export interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

export interface CliOptions {
  /** TUTTI_URL */
  url?: string;
  env?: Record<string, string>;
  stdin?: string;
}

export const ROOT = new URL("../../", import.meta.url).pathname;
const COMMAND = ["run", "-q", "-P=cli", "--lock=tests/deno.lock", "--no-check", "src/cli/main.ts"];

function command(args: string[], { url, env }: CliOptions): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: [...COMMAND, ...args],
    cwd: ROOT,
    env: { TUTTI_API_KEY: "", NO_COLOR: "", TUTTI_URL: url ?? "", ...env },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  });
}

export async function cli(args: string[], options: CliOptions = {}): Promise<Ended> {
  const child = command(args, options).spawn();
  const writer = child.stdin.getWriter();
  if (options.stdin !== undefined) await writer.write(new TextEncoder().encode(options.stdin));
  await writer.close();
  const { code, stdout, stderr } = await child.output();
  return { code, stdout: new TextDecoder().decode(stdout), stderr: new TextDecoder().decode(stderr) };
}

/** Its JSON document. Throws with what it said where it failed. */
export async function cliJson<T>(args: string[], options: CliOptions = {}): Promise<T> {
  const { code, stdout, stderr } = await cli([...args, "--json"], options);
  if (code !== 0) throw new Error(`tutti ${args.join(" ")} ended with ${code}: ${stderr}`);
  return JSON.parse(stdout) as T;
}

/** One that goes on until it is interrupted; its stdout line by line. */
export interface RunningCli extends AsyncDisposable {
  /** The next line that contains `part`; those before it are passed over. */
  line(part: string): Promise<string>;
  /** Sends SIGINT and waits for the end; the exit code. */
  interrupt(): Promise<number>;
  stderr(): string;
}

export function startCli(args: string[], options: CliOptions = {}): RunningCli {
  const child = command(args, options).spawn();
  void child.stdin.close();
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(splitLines()).getReader();
  let said = "";
  const listening = (async () => {
    for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) said += text;
  })();
  const end = async () => {
    try {
      child.kill("SIGINT");
    } catch {
      // it had ended by itself
    }
    await lines.cancel();
    const { code } = await child.status;
    await listening;
    return code;
  };
  return {
    line: async (part) => {
      while (true) {
        const { value, done } = await lines.read();
        if (done) throw new Error(`it ended before a line with ${part}: ${said}`);
        if (value.includes(part)) return value;
      }
    },
    interrupt: end,
    stderr: () => said,
    [Symbol.asyncDispose]: async () => void await end(),
  };
}

function splitLines(): TransformStream<string, string> {
  let rest = "";
  return new TransformStream({
    transform: (text, controller) => {
      const lines = (rest + text).split("\n");
      rest = lines.pop()!;
      for (const line of lines) controller.enqueue(line);
    },
  });
}
