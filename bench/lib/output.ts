/**
 * What a program writes to stdout. It is ended by pid where it takes longer than `timeoutMs`.
 *
 * @param options.timeoutMs @default 180000
 * @throws {Error} it fails or takes too long; with the end of its stderr
 */
export async function output(
  command: string,
  args: string[],
  options: { cwd?: string; env?: Record<string, string>; timeoutMs?: number } = {},
): Promise<string> {
  const { timeoutMs = 180_000, ...spawn } = options;
  const { code, signal, stdout, stderr } = await new Deno.Command(command, {
    args,
    ...spawn,
    stdin: "null",
    signal: AbortSignal.timeout(timeoutMs),
  }).output();
  if (code === 0) return new TextDecoder().decode(stdout);
  const why = signal === null
    ? `ended with code ${code}`
    : `was ended by ${signal} (${timeoutMs} ms allowed)`;
  throw new Error(
    `${[command, ...args].join(" ")} ${why}:\n${new TextDecoder().decode(stderr).slice(-2000)}`,
  );
}

export function lastLine(text: string): string {
  return text.trimEnd().split("\n").at(-1) ?? "";
}
