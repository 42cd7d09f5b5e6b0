/** Bytes to text the way browsers do it: byte order mark, header, meta prescan, then a look at the bytes. */

/** Where browsers look for a meta charset is 1,024 bytes; real pages put it later, after their comments. */
const PRESCAN_BYTES = 4096;
/** Enough to tell a language by its bytes. */
const SNIFF_BYTES = 65_536;

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
  if (charset) return decode(bytes, charset);
  try {
    return { text: new TextDecoder("utf-8", { fatal: true }).decode(bytes), charset: "utf-8" };
  } catch {
    return decode(bytes, looksHebrew(bytes) ? "windows-1255" : "windows-1252");
  }
}

/** What the bytes themselves declare: a byte order mark, a meta element, an XML declaration. */
export function markedCharset(bytes: Uint8Array): string | undefined {
  return bomCharset(bytes) ?? declaredCharset(bytes);
}

function decode(bytes: Uint8Array, charset: string): Decoded {
  return { text: new TextDecoder(charset).decode(bytes), charset };
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
  const start = new TextDecoder("latin1").decode(bytes.subarray(0, PRESCAN_BYTES));
  const xml = /^\s{0,20}<\?xml[^>]{0,200}?encoding\s{0,5}=\s{0,5}["']([^"']{1,40})["']/i.exec(start)?.[1];
  for (const tag of start.matchAll(/<meta\s([^>]{1,600})/gi)) {
    const name = known(/charset\s{0,5}=\s{0,5}["']?\s{0,5}([^"'\s;/>]{1,40})/i.exec(tag[1]!)?.[1]);
    // A page whose meta could be read as ASCII is not UTF-16, whatever it says (WHATWG encoding sniffing).
    if (name) return name.startsWith("utf-16") ? "utf-8" : name;
  }
  const name = known(xml);
  return name?.startsWith("utf-16") ? "utf-8" : name;
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

/** Hebrew letters of windows-1255 are 0xE0..0xFA and come in whole words; accented Latin letters stand alone. */
function looksHebrew(bytes: Uint8Array): boolean {
  let high = 0, hebrew = 0, runs = 0, inRun = false;
  const end = Math.min(bytes.length, SNIFF_BYTES);
  for (let i = 0; i < end; i++) {
    const byte = bytes[i]!;
    if (byte >= 0x80) high++;
    const letter = byte >= 0xe0 && byte <= 0xfa;
    if (letter) {
      hebrew++;
      if (!inRun) runs++;
    }
    inRun = letter;
  }
  return hebrew >= 8 && hebrew / high > 0.85 && hebrew / runs >= 2;
}
