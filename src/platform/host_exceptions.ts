import { isIP } from "node:net";
import { parseCidr } from "./public_address.ts";

/** The hosts an operator allows though they are not public (`ALLOW_PRIVATE_HOSTS`). */
export interface Exceptions {
  readonly size: number;
  /** True where the URL's own host (and port, if the entry names one) is listed. Names are not resolved. */
  matches(url: URL): boolean;
  /** The entries as `--allow-net` takes them. */
  readonly allowNet: readonly string[];
}

interface Entry {
  port?: string;
  matchesHost(host: string): boolean;
  allowNet: string;
}

/**
 * Reads entries `host`, `host:port`, `[v6]`, `[v6]:port` and IPv4 CIDR. An entry without a port allows every port.
 * @throws {TypeError} naming every entry that cannot be read
 */
export function parseExceptions(entries: readonly string[]): Exceptions {
  const parsed = entries.map((text) => ({ text, entry: parseEntry(text) }));
  const bad = parsed.filter(({ entry }) => entry === undefined).map(({ text }) => JSON.stringify(text));
  if (bad.length > 0) {
    throw new TypeError(
      `Cannot allow private hosts as these are not host, host:port or IPv4 CIDR: ${bad.join(", ")}`,
    );
  }
  const list = parsed.map(({ entry }) => entry!);
  return {
    size: list.length,
    matches(url) {
      const host = bareHost(url);
      const port = portOf(url);
      return list.some((entry) =>
        (entry.port === undefined || entry.port === port) && entry.matchesHost(host)
      );
    },
    allowNet: list.map((entry) => entry.allowNet),
  };
}

/** The URL's host without brackets and without the dot that ends a rooted name. */
export function bareHost(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, "").replace(/\.+$/, "").toLowerCase();
}

/** The URL's port, named or implied by its scheme. */
export function portOf(url: URL): string {
  return url.port || (url.protocol === "https:" ? "443" : "80");
}

function parseEntry(text: string): Entry | undefined {
  if (text.includes("/")) {
    const within = parseCidr(text);
    // Deno's permission flags take IPv4 ranges only.
    return within && !text.includes(":") ? { matchesHost: within, allowNet: text } : undefined;
  }
  const port = /^(?:\[[^\]]*\]|[^:]+):(\d{1,5})$/.exec(text)?.[1];
  if (port !== undefined && (Number(port) < 1 || Number(port) > 65535)) return undefined;
  const name = port === undefined ? text : text.slice(0, -port.length - 1);
  const written = isIP(name) === 6 ? `[${name}]` : name;
  if (!URL.canParse(`http://${written}/`)) return undefined;
  const url = new URL(`http://${written}/`);
  if (url.port !== "" || url.pathname !== "/" || url.username !== "") return undefined;
  const host = bareHost(url);
  if (host === "") return undefined;
  return {
    port: port === undefined ? undefined : String(Number(port)),
    matchesHost: (other) => other === host,
    allowNet: (isIP(host) === 6 ? `[${host}]` : host) + (port === undefined ? "" : `:${Number(port)}`),
  };
}
