/**
 * What a test needs beside Deno: a browser, promtool, namespaces. On a machine without it the test is ignored, and says
 * so by name; with `REQUIRE_TOOLS=1`, which the gate sets after installing them, it fails instead.
 */
const found = new Map<string, boolean>();

/** Whether a test that needs these programs is to be ignored: `Deno.test({ ignore: lacks("promtool"), ... })`. */
export function lacks(...programs: string[]): boolean {
  if (Deno.env.get("REQUIRE_TOOLS") === "1") return false;
  return programs.some((program) => !isThere(program));
}

/** Whether this user may make namespaces of its own (`unshare -rn`); many hardened hosts refuse it. */
export function lacksNamespaces(): boolean {
  if (Deno.env.get("REQUIRE_TOOLS") === "1") return false;
  return lacks("unshare", "ip") || !runs("unshare", ["-rn", "true"]);
}

/** Whether this npm package, for tests alone and in no lock, can neither be fetched nor is in Deno's cache. */
export function lacksPackage(specifier: string): boolean {
  if (Deno.env.get("REQUIRE_TOOLS") === "1") return false;
  return !runs(Deno.execPath(), ["cache", "--quiet", "--no-lock", specifier]);
}

function isThere(program: string): boolean {
  if (!found.has(program)) found.set(program, runs("sh", ["-c", `command -v ${program}`]));
  return found.get(program)!;
}

function runs(command: string, args: string[]): boolean {
  try {
    return new Deno.Command(command, { args, stdout: "null", stderr: "null" }).outputSync().success;
  } catch {
    return false;
  }
}
