/** Why a server ended, in one line for an operator, and whether another start can help. */
export interface Diagnosis {
  reason: string;
  /** `later`: after a pause, on another port; `never`: not until a setting or the host changes. */
  retry: "later" | "never";
}

export interface EndedServer {
  code: number;
  signal: Deno.Signal | null;
  /** The end of its output, without colours. */
  output: string;
}

/** glibc of Debian 13 and Ubuntu 24.04; Chroma's native binding is built against it. */
const NEEDED_GLIBC = "2.39";

/** `hostGlibc` is the version of this host, undefined where it is not known. */
export function diagnose(ended: EndedServer, hostGlibc: string | undefined): Diagnosis {
  const { code, signal, output } = ended;
  if (/version `?GLIBC(XX)?_[\d.]+'? not found/.test(output)) {
    const host = hostGlibc ? `this host has ${hostGlibc}` : "this host's is older";
    return {
      retry: "never",
      reason:
        `Chroma needs glibc ${NEEDED_GLIBC} or newer; ${host}: set CHROMA_LAUNCHER (./setup.sh --chroma-libc ` +
        "prepares one) or CHROMA_URL, or CHROMA_URL=off to do without",
    };
  }
  if (/unsupported (platform|architecture|os)|no prebuilt|Error loading shared library/i.test(output)) {
    return { retry: "never", reason: `Chroma's package has no binary for this host (${lastWords(output)})` };
  }
  // What setpriv and shells answer for a command that is not there or may not be run.
  if (code === 126 || code === 127) {
    return { retry: "never", reason: `Chroma cannot be started: ${lastWords(output)}` };
  }
  // It says so and exits with 0, as if nothing had been wrong.
  if (code === 0 && /Address \S+ is not available/.test(output)) {
    return { retry: "later", reason: "the port chosen for Chroma was taken by another process" };
  }
  const how = signal ? `was ended by ${signal}` : `ended with code ${code}`;
  const words = lastWords(output);
  return { retry: "later", reason: `Chroma ${how}${words ? `: ${words}` : ""}` };
}

/** The line that says most: the one that begins with "error", else the last one that is not part of a stack. */
function lastWords(output: string): string {
  const lines = output.split("\n").map((line) => line.trim())
    .filter((line) => /[a-z]/i.test(line) && !/^(at |\d+: |Stack backtrace|Caused by)/.test(line));
  const line = lines.findLast((text) => /^error/i.test(text)) ?? lines.at(-1) ?? "";
  return line.length > 200 ? `${line.slice(0, 199)}…` : line;
}
