import { isBackToFront, visualHtmlToLogical, visualToLogical } from "./visual_order.ts";

/** Bytes to text the way browsers do it: byte order mark, header, meta prescan, then a look at the bytes. */

/** Where browsers look for a meta charset is 1,024 bytes; real pages put it later, after their comments. */
const PRESCAN_BYTES = 4096;
/** Enough to tell a language by its bytes. */
const SNIFF_BYTES = 65_536;
/** A few broken characters do not make UTF-8 another charset. */
const MAX_BROKEN_SHARE = 0.05;

export interface Decoded {
  text: string;
  /** WHATWG name, lower case. */
  charset: string;
}

/**
 * @param contentType the Content-Type header, if any
 * @param html whether to look for a meta or XML declaration in the bytes
 */
export function decodeText(bytes: Uint8Array, contentType: string | undefined, html: boolean): Decoded {
  const charset = bomCharset(bytes) ?? headerCharset(contentType) ??
    (html ? declaredCharset(bytes) : undefined);
  if (charset === undefined) return sniffed(bytes);
  const decoded = decode(bytes, charset);
  // Of the two Hebrew charsets of this name, the one that holds lines as they look. Pages that say so by mistake are kept.
  if (charset !== "iso-8859-8" || !isBackToFront(decoded.text)) return decoded;
  return { charset, text: html ? visualHtmlToLogical(decoded.text) : logicalLines(decoded.text) };
}

/** What the bytes themselves declare: a byte order mark, a meta element, an XML declaration. */
export function markedCharset(bytes: Uint8Array): string | undefined {
  return bomCharset(bytes) ?? declaredCharset(bytes);
}

function decode(bytes: Uint8Array, charset: string): Decoded {
  return { text: new TextDecoder(charset).decode(bytes), charset };
}

function logicalLines(text: string): string {
  return text.split("\n").map((line) => visualToLogical(line, true)).join("\n");
}

function bomCharset(bytes: Uint8Array): string | undefined {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return "utf-8";
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return "utf-16le";
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return "utf-16be";
  return undefined;
}

function headerCharset(contentType: string | undefined): string | undefined {
  return known(/charset\s*=\s*["']?([^"'\s;,]{1,40})/i.exec(contentType?.slice(0, 500) ?? "")?.[1]);
}

function declaredCharset(bytes: Uint8Array): string | undefined {
  const start = withoutComments(new TextDecoder("latin1").decode(bytes.subarray(0, PRESCAN_BYTES)));
  for (const tag of start.matchAll(/<meta\s([^>]{1,600})/gi)) {
    const name = known(metaCharset(tag[1]!));
    // A page whose meta could be read as ASCII is not UTF-16, whatever it says (WHATWG encoding sniffing).
    if (name) return name.startsWith("utf-16") ? "utf-8" : name;
  }
  const xml = /^\s{0,20}<\?xml[^>]{0,200}?encoding\s{0,5}=\s{0,5}["']([^"']{1,40})["']/i.exec(start)?.[1];
  const name = known(xml);
  return name?.startsWith("utf-16") ? "utf-8" : name;
}

/** Its own `charset`, or that of the `content` of one that stands for the Content-Type header. */
function metaCharset(attributes: string): string | undefined {
  const values = new Map<string, string>();
  for (
    const [, name, quoted, single, bare] of attributes.matchAll(
      /([a-z-]{1,30})\s{0,5}=\s{0,5}(?:"([^"]{0,500})"|'([^']{0,500})'|([^\s"'>]{1,200}))/gi,
    )
  ) {
    const key = name!.toLowerCase();
    if (!values.has(key)) values.set(key, quoted ?? single ?? bare ?? "");
  }
  const own = values.get("charset")?.trim();
  if (own) return own;
  if (values.get("http-equiv")?.trim().toLowerCase() !== "content-type") return undefined;
  return /charset\s{0,5}=\s{0,5}["']?([^"'\s;]{1,40})/i.exec(values.get("content") ?? "")?.[1];
}

function withoutComments(text: string): string {
  let out = "";
  for (let at = 0;;) {
    const start = text.indexOf("<!--", at);
    if (start < 0) return out + text.slice(at);
    out += text.slice(at, start);
    const end = text.indexOf("-->", start + 2);
    if (end < 0) return out;
    at = end + 3;
  }
}

function known(label: string | undefined): string | undefined {
  if (!label) return undefined;
  try {
    const name = new TextDecoder(label).encoding;
    return name === "x-user-defined" ? "windows-1252" : name;
  } catch {
    return undefined;
  }
}

function sniffed(bytes: Uint8Array): Decoded {
  if (isUtf8(bytes)) return decode(bytes, "utf-8");
  return decode(bytes, legacyCharset(bytes.subarray(0, SNIFF_BYTES)));
}

/** A body may be cut in the middle of a character, and a page may hold a comment in another charset. */
function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return true;
  } catch {
    let broken = 0, other = 0;
    for (const char of new TextDecoder("utf-8").decode(bytes.subarray(0, SNIFF_BYTES), { stream: true })) {
      if (char === "\ufffd") broken++;
      else if (char > "\x7f") other++;
    }
    // Accented letters of a legacy charset hardly ever make a UTF-8 character by chance.
    return other > 0 && (broken === 0 || (other > 20 && broken / (broken + other) < MAX_BROKEN_SHARE));
  }
}

/**
 * Hebrew letters of windows-1255 are 0xE0 to 0xFA and come in whole words; Cyrillic ones of windows-1251 too, but some of
 * the most frequent lie beyond; accented Latin letters stand alone.
 */
function legacyCharset(bytes: Uint8Array): string {
  let high = 0, hebrew = 0, cyrillic = 0, beyond = 0, runs = 0, inRun = false;
  for (const byte of bytes) {
    if (byte >= 0x80) high++;
    const letter = byte >= 0xc0;
    if (letter) cyrillic++;
    if (letter && !inRun) runs++;
    if (byte >= 0xe0 && byte <= 0xfa) hebrew++;
    if (byte > 0xfa) beyond++;
    inRun = letter;
  }
  if (high < 8 || cyrillic / runs < 2) return "windows-1252";
  if (cyrillic / high > 0.85 && beyond / high > 0.02) return "windows-1251";
  return hebrew >= 8 && hebrew / high > 0.85 ? "windows-1255" : "windows-1252";
}
