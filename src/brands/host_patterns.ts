import { bareHost } from "../platform/host_exceptions.ts";

/** Patterns of hosts: `example.com` is itself; `*.example.com` is every host below it, at any depth, and not itself. */

/** A pattern as URLs write hosts (lower case, Punycode, no dot at the end); undefined for what is no host. */
export function canonicalHost(pattern: string): string | undefined {
  const wild = pattern.startsWith("*.");
  const name = wild ? pattern.slice(2) : pattern;
  if (name === "" || /[\s/:?#@*\\\[\]%]/.test(name)) return undefined;
  const url = URL.parse(`http://${name}/`);
  const host = url && bareHost(url);
  if (!host || !/^[a-z0-9_-]+(\.[a-z0-9_-]+)*$/.test(host)) return undefined;
  // Below an address there is nothing.
  if (wild && /^[\d.]+$/.test(host)) return undefined;
  return wild ? `*.${host}` : host;
}

/** Whether a URL's host is one of canonical patterns. */
export function isOfHosts(url: URL, patterns: readonly string[]): boolean {
  const known = new Set(patterns);
  return patternsOf(bareHost(url)).some((pattern) => known.has(pattern));
}

/** Every pattern that a host matches: itself, and a star above each of its dots. */
export function patternsOf(host: string): string[] {
  const patterns = [host];
  for (let dot = host.indexOf("."); dot >= 0; dot = host.indexOf(".", dot + 1)) {
    patterns.push(`*${host.slice(dot)}`);
  }
  return patterns;
}
