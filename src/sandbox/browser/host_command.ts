import { NON_PUBLIC_IPV4 } from "../../platform/public_address.ts";
import { environment, toolPath } from "../child_command.ts";
import type { BrowserOptions } from "./port.ts";

const ROOT = new URL("../../../", import.meta.url);
const MiB = 1024 * 1024;
/** Private memory one of Chromium's processes maps before any page. */
const BASE_DATA_MB = 384;

/**
 * The command of the process that holds Chromium: it may start that, write its profile, and reach what is public and
 * 127.0.0.1, where its own proxies listen. The environment is as good as empty.
 */
export function hostCommand(
  options: BrowserOptions & { chromiumPath: string },
  profile: string,
): Deno.Command {
  const { chromiumPath, allowPrivateHosts } = options;
  const starts = launcher(options)[0] ?? chromiumPath;
  const deno = [
    Deno.execPath(),
    "run",
    "--quiet",
    "--no-prompt",
    "--no-check",
    "--cached-only",
    "--frozen",
    "--config",
    new URL("deno.json", ROOT).pathname,
    "--allow-env", // there is nothing in it
    "--allow-sys=uid",
    `--allow-run=${listed(starts)}`,
    `--allow-read=${listed(starts)},${listed(profile)}`,
    `--allow-write=${listed(profile)}`,
    "--allow-net",
    // An exception may be a name, whose address nobody knows here: then the proxy's own check stands alone.
    ...(allowPrivateHosts.length === 0 ? [`--deny-net=${denied().join(",")}`] : []),
    new URL("./host/entry.ts", import.meta.url).pathname,
  ];
  const setpriv = toolPath("setpriv");
  const words = [...(setpriv ? [setpriv, "--pdeathsig", "KILL"] : []), ...deno];
  return new Deno.Command(words[0]!, {
    args: words.slice(1),
    clearEnv: true,
    env: environment(),
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  });
}

/** A path as Deno's lists take it. */
function listed(path: string): string {
  return path.replaceAll(",", ",,");
}

/** All that is not public but 127.0.0.1; deny beats allow, so the range is cut around it. */
function denied(): string[] {
  const around: string[] = ["0.0.0.0", "[::]", "[::1]"];
  const home = 0x7f000001;
  for (let prefix = 9; prefix <= 32; prefix++) {
    const bit = 2 ** (32 - prefix);
    const sibling = Math.floor((home ^ bit) / bit) * bit;
    around.push(`${[24, 16, 8, 0].map((shift) => (sibling >>> shift) & 255).join(".")}/${prefix}`);
  }
  return [...NON_PUBLIC_IPV4.filter((range) => range !== "127.0.0.0/8"), ...around];
}

/**
 * Words put before Chromium, where util-linux is installed: it dies with the process that holds it, and none of its
 * processes takes more memory than it may, each for itself.
 */
export function launcher({ rssMb }: BrowserOptions): string[] {
  const words: string[] = [];
  const setpriv = toolPath("setpriv");
  const prlimit = toolPath("prlimit");
  if (setpriv) words.push(setpriv, "--pdeathsig", "KILL");
  if (prlimit) words.push(prlimit, `--data=${(rssMb + BASE_DATA_MB) * MiB}`, "--core=0");
  return words;
}
