/** One run of `wrk` (Debian package `wrk`) against a URL; requests per second and latency as wrk prints them. */
export interface WrkResult {
  requestsPerS: number;
  p50Ms: number;
  p99Ms: number;
  errors: number;
}

export interface WrkOptions {
  /** @default 32 */
  connections?: number;
  /** Seconds. @default 4 */
  durationS?: number;
  /** A JSON body makes it a POST. */
  body?: string;
  headers?: Record<string, string>;
}

export async function wrk(url: string, options: WrkOptions = {}): Promise<WrkResult> {
  const { connections = 32, durationS = 4, body, headers = {} } = options;
  const script = await Deno.makeTempFile({ suffix: ".lua" });
  const lines = Object.entries(headers).map(([name, value]) => `wrk.headers[${lua(name)}] = ${lua(value)}`);
  if (body !== undefined) {
    lines.push(
      `wrk.method = "POST"`,
      `wrk.body = ${lua(body)}`,
      `wrk.headers["Content-Type"] = "application/json"`,
    );
  }
  await Deno.writeTextFile(script, lines.join("\n"));
  try {
    const { stdout, success, stderr } = await new Deno.Command("wrk", {
      args: ["-t1", `-c${connections}`, `-d${durationS}s`, "--latency", "-s", script, url],
    }).output();
    const text = new TextDecoder().decode(stdout);
    if (!success) throw new Error(`wrk failed: ${new TextDecoder().decode(stderr)}`);
    const errors = Number(/Non-2xx or 3xx responses: (\d+)/.exec(text)?.[1] ?? 0);
    return {
      requestsPerS: Number(/Requests\/sec:\s+([\d.]+)/.exec(text)![1]),
      p50Ms: ms(/50%\s+(\S+)/.exec(text)![1]!),
      p99Ms: ms(/99%\s+(\S+)/.exec(text)![1]!),
      errors,
    };
  } finally {
    await Deno.remove(script);
  }
}

const lua = (text: string) => `[==[${text}]==]`;

function ms(text: string): number {
  const value = parseFloat(text);
  return text.endsWith("us") ? value / 1000 : text.endsWith("ms") ? value : value * 1000;
}
