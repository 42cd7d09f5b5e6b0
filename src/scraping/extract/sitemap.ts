import { createGunzip } from "node:zlib";
import { TaskError } from "../../platform/errors.ts";
import type { Sitemap } from "../../sandbox/port.ts";
import { markedCharset } from "./charset.ts";
import { SitemapEntries, SitemapReader } from "./sitemap_reader.ts";
import { XmlScanner } from "./xml_scanner.ts";

/** sitemaps.org allows 50 MB; what comes after is not read. */
const MAX_BYTES = 64 * 1024 * 1024;
const CHUNK_BYTES = 64 * 1024;

/**
 * The pages (or further sitemaps) a sitemap names: an XML sitemap or index, a plain list of URLs, an RSS or Atom feed;
 * gzip or not, by its first bytes. Reads no further than it must, in pieces, whatever the file holds.
 *
 * @throws {TaskError} unsupported_content for a body that is none of these
 */
export async function parseSitemap(bytes: Uint8Array, request: { maxEntries: number }): Promise<Sitemap> {
  const entries = new SitemapEntries(request.maxEntries);
  const parts = isGzip(bytes) ? gunzipped(bytes) : pieces(bytes);
  let reader: TextReader | undefined;
  let decoder: TextDecoder | undefined;
  let sizeBytes = 0;
  let whole = true;
  for await (const part of parts) {
    if (part === TORN) {
      whole = false;
      break;
    }
    sizeBytes += part.length;
    decoder ??= new TextDecoder(markedCharset(part) ?? "utf-8");
    const text = decoder.decode(part, { stream: true });
    reader ??= readerFor(text, entries);
    reader?.push(text);
    whole = sizeBytes <= MAX_BYTES;
    if (entries.full || !whole) break;
  }
  if (!entries.full) reader?.end();
  const kind = reader?.kind;
  if (kind === undefined) {
    throw new TaskError("unsupported_content", "Cannot read a body that is no sitemap, list of URLs or feed");
  }
  return { kind, entries: entries.list, truncated: entries.full || !whole };
}

/** What takes the text of a sitemap as it comes. */
interface TextReader {
  /** Undefined until it is clear that it is one. */
  readonly kind: Sitemap["kind"] | undefined;
  push(text: string): void;
  end(): void;
}

/** Nothing is decided on white space alone. */
function readerFor(text: string, entries: SitemapEntries): TextReader | undefined {
  const start = text.trimStart()[0];
  if (start === undefined) return undefined;
  return start === "<" ? new XmlReader(entries) : new ListReader(entries);
}

class XmlReader implements TextReader {
  readonly #reader: SitemapReader;
  readonly #scanner: XmlScanner;

  constructor(entries: SitemapEntries) {
    this.#reader = new SitemapReader(entries);
    this.#scanner = new XmlScanner(this.#reader);
  }

  get kind(): Sitemap["kind"] | undefined {
    return this.#reader.kind;
  }

  push(text: string): void {
    this.#scanner.push(text);
  }

  end(): void {
    this.#scanner.end();
    this.#reader.end();
  }
}

/** One URL a line. Other lines are passed over, but without a URL it is no list. */
class ListReader implements TextReader {
  readonly #entries: SitemapEntries;
  #line = "";

  constructor(entries: SitemapEntries) {
    this.#entries = entries;
  }

  get kind(): Sitemap["kind"] | undefined {
    return this.#entries.list.length > 0 ? "pages" : undefined;
  }

  push(text: string): void {
    const lines = (this.#line + text).split(/[\r\n]/);
    // A line longer than any URL is none, so no more of it need be held.
    this.#line = lines.pop()!.slice(0, CHUNK_BYTES);
    for (const line of lines) this.#entries.add(line);
  }

  end(): void {
    this.#entries.add(this.#line);
  }
}

const TORN = Symbol("torn");

function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

function* pieces(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) yield bytes.subarray(at, at + CHUNK_BYTES);
}

/** Unpacked as it is asked for; who stops asking stops the unpacking. What is torn gives what came before. */
async function* gunzipped(bytes: Uint8Array): AsyncGenerator<Uint8Array | typeof TORN> {
  const gunzip = createGunzip({ chunkSize: CHUNK_BYTES });
  gunzip.end(bytes);
  try {
    for await (const part of gunzip) yield part as Uint8Array;
  } catch {
    yield TORN;
  } finally {
    gunzip.destroy();
  }
}
