import { DENY_NET } from "../platform/public_address.ts";
import { parseExceptions } from "../platform/host_exceptions.ts";
import type { SandboxOptions } from "./port.ts";
import type { ChildKind } from "./protocol.ts";

const ROOT = new URL("../../", import.meta.url);
const MiB = 1024 * 1024;

/**
 * Private memory a child maps before any page: half a gigabyte of stacks and code space, and room for V8's own
 * reserves. With less than this above heap and buffers Deno aborts on healthy pages.
 */
const BASE_DATA_MB = 1024;

/**
 * Seconds of CPU in the life of a child. Far above honest use: it only ends an orphan on systems where the kernel's
 * parent-death signal is not to be had.
 */
const LIFE_CPU_S = { page: 1800, "page-private": 1800, task: 90_000 } as const;

/**
 * Bodies and their parts come and go by the hundred kilobytes: glibc keeps what they held in one arena a thread, 215 MB of
 * a child's 300 after 500 pages. With these they are mapped and go back to the system: 25 MB, at the same speed.
 */
const FRUGAL_MALLOC = {
  MALLOC_ARENA_MAX: "2",
  MALLOC_MMAP_THRESHOLD_: "65536",
  MALLOC_TRIM_THRESHOLD_: "131072",
};

/** A page's tree is garbage at once: with V8's own 16 MB a child is 60 MB larger and a twentieth faster. */
const SEMI_SPACE_MB = 4;

export interface ChildStart {
  /** Folders a `task` child may load modules from. */
  readable?: readonly string[];
  /** The program of the child. @default this folder's child/entry.ts */
  entry?: URL;
}

/**
 * The command that starts a child of one kind. The environment is empty but for what Deno needs to find its cache: a
 * proxy variable would lead every fetch past the address guard.
 */
export function childCommand(
  kind: ChildKind,
  options: SandboxOptions,
  { readable = [], entry = new URL("./child/entry.ts", import.meta.url) }: ChildStart = {},
): Deno.Command {
  const deno = [
    Deno.execPath(),
    "run",
    "--quiet",
    "--no-prompt",
    "--no-check",
    "--cached-only",
    // A user's module may name packages the service's lock does not; a child never writes a lock.
    kind === "task" ? "--no-lock" : "--frozen",
    "--config",
    new URL("deno.json", ROOT).pathname,
    `--v8-flags=--max-old-space-size=${options.heapMb},--max-semi-space-size=${SEMI_SPACE_MB}`,
    ...permissions(kind, options, readable),
    entry.pathname,
  ];
  const words = [...wrappers(kind, options), ...deno];
  return new Deno.Command(words[0]!, {
    args: words.slice(1),
    clearEnv: true,
    env: environment(),
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  });
}

function permissions(kind: ChildKind, options: SandboxOptions, readable: readonly string[]): string[] {
  switch (kind) {
    case "page":
      return ["--allow-net", `--deny-net=${DENY_NET.join(",")}`];
    case "page-private":
      return [`--allow-net=${parseExceptions(options.allowPrivateHosts).allowNet.join(",")}`];
    case "task":
      return [`--allow-read=${[new URL("src/", ROOT).pathname, ...readable].join(",")}`];
  }
}

/** All of the environment a child has: what Deno needs to find its cache. */
export function environment(): Record<string, string> {
  const env: Record<string, string> = {
    NO_COLOR: "1",
    ...FRUGAL_MALLOC,
    DENO_NO_UPDATE_CHECK: "1",
    PATH: "/usr/bin:/bin", // without one, a refused `run` reads as "not found"
  };
  for (const name of ["HOME", "DENO_DIR", "XDG_CACHE_HOME"]) {
    const value = readEnv(name);
    if (value !== undefined) env[name] = value;
  }
  return env;
}

function readEnv(name: string): string | undefined {
  try {
    return Deno.env.get(name);
  } catch {
    return undefined; // not granted: Deno falls back to the account's home
  }
}

/**
 * Kernel limits, where util-linux is installed. The death signal fires when the thread that started the child ends:
 * for a Web Worker that is its own end, which is what we want (seen on terminate() and on kill -9 of the process).
 */
function wrappers(kind: ChildKind, options: SandboxOptions): string[] {
  const dataBytes = (options.rssMb + options.heapMb + BASE_DATA_MB) * MiB;
  const words: string[] = [];
  const setpriv = toolPath("setpriv");
  const prlimit = toolPath("prlimit");
  if (setpriv) words.push(setpriv, "--pdeathsig", "KILL");
  if (prlimit) words.push(prlimit, `--data=${dataBytes}`, `--cpu=${LIFE_CPU_S[kind]}`, "--core=0");
  return words;
}

const tools = new Map<string, string | undefined>();

/** Where a program of util-linux is; undefined where it is not installed. */
export function toolPath(name: string): string | undefined {
  if (!tools.has(name)) tools.set(name, ["/usr/bin/", "/bin/"].map((dir) => dir + name).find(isFile));
  return tools.get(name);
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
