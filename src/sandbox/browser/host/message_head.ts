/** The head of an HTTP/1.1 message as it crosses the proxy, and the bytes that came with it. */
export interface MessageHead {
  startLine: string;
  headers: [name: string, value: string][];
  rest: Uint8Array;
}

/** Bytes that can be read until there are no more. */
export interface Source {
  read(into: Uint8Array): Promise<number | null>;
}

/** Between two hops, so never passed on. */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "upgrade",
]);

/**
 * Reads as far as the blank line; undefined where there is no head of at most `maxBytes`. `before`: bytes already read.
 */
export async function readHead(
  source: Source,
  maxBytes: number,
  before: Uint8Array = new Uint8Array(0),
): Promise<MessageHead | undefined> {
  let buffer = new Uint8Array(Math.max(4096, before.length * 2));
  buffer.set(before);
  let size = before.length;
  let searched = 0;
  while (true) {
    const end = endOfHead(buffer, searched, size);
    if (end !== undefined) return parse(buffer.subarray(0, end), buffer.slice(end, size));
    searched = Math.max(0, size - 3);
    if (size >= maxBytes) return undefined;
    if (size === buffer.length) {
      const larger = new Uint8Array(buffer.length * 2);
      larger.set(buffer);
      buffer = larger;
    }
    const count = await source.read(buffer.subarray(size));
    if (count === null) return undefined;
    size += count;
  }
}

/** The head as bytes, without what is between two hops, for a connection that carries one message. */
export function writeHead(
  startLine: string,
  headers: readonly [name: string, value: string][],
): Uint8Array<ArrayBuffer> {
  const kept = headers.filter(([name]) => !HOP_BY_HOP.has(name.toLowerCase()));
  const lines = [startLine, ...kept.map(([name, value]) => `${name}: ${value}`), "Connection: close", "", ""];
  // Header bytes may be Latin-1 or UTF-8: one character a byte in, one byte a character out.
  return Uint8Array.from(lines.join("\r\n"), (char) => char.charCodeAt(0));
}

/** Where the body begins: after CRLF CRLF, or LF LF as lax servers have it. */
function endOfHead(bytes: Uint8Array, from: number, size: number): number | undefined {
  for (let at = bytes.indexOf(10, from); at >= 0 && at < size; at = bytes.indexOf(10, at + 1)) {
    if (at + 1 < size && bytes[at + 1] === 10) return at + 2;
    if (at + 2 < size && bytes[at + 1] === 13 && bytes[at + 2] === 10) return at + 3;
  }
  return undefined;
}

function parse(bytes: Uint8Array, rest: Uint8Array): MessageHead {
  const [startLine = "", ...lines] = latin1(bytes).split(/\r?\n/);
  const headers: [string, string][] = [];
  for (const line of lines) {
    const colon = line.indexOf(":");
    // Folded lines and lines that are no header are left out, so that nobody reads them in another way.
    if (colon > 0 && /^[!#$%&'*+.^_`|~\w-]+$/.test(line.slice(0, colon))) {
      headers.push([line.slice(0, colon), line.slice(colon + 1).trim()]);
    }
  }
  return { startLine, headers, rest };
}

function latin1(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192) {
    text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  }
  return text;
}
