import { TaskError } from "../../platform/errors.ts";

export type ContentKind = "html" | "text" | "json" | "csv" | "xml" | "pdf";

export interface Content {
  kind: ContentKind;
  /** That of the header where it is right, else what the bytes are. */
  mediaType: string;
}

/** Browsers look this far for what a body is. */
const SNIFFED_BYTES = 1445;

/**
 * What a body is, as a browser decides it: bytes that can be one thing only (PDF, pictures, archives) are that thing
 * whatever the header says; else its media type; without one that tells, its first bytes.
 *
 * @throws {TaskError} unsupported_content for anything that is neither text nor PDF
 */
export function contentKind(bytes: Uint8Array, contentType: string | undefined): Content {
  const mediaType = (contentType ?? "").split(";", 1)[0]!.trim().toLowerCase().slice(0, 120);
  const start = bytes.subarray(0, SNIFFED_BYTES);
  const magic = magicType(start);
  if (magic === "application/pdf") return { kind: "pdf", mediaType: magic };
  if (magic !== undefined) throw unreadable(magic);
  const declared = declaredKind(mediaType);
  if (declared === "html" || (declared === "xml" && isXhtml(start))) return { kind: "html", mediaType };
  if (declared === "refused") throw unreadable(mediaType);
  if (declared === undefined || declared === "pdf") return sniffed(start, mediaType);
  // A page for people where a file was asked for: a soft error, a login.
  if (/^\s*<(!doctype html|html[\s>])/i.test(latin1(start))) return { kind: "html", mediaType: "text/html" };
  if (declared === "text" && isBinary(start, contentType)) throw unreadable(`${mediaType}, but binary`);
  return { kind: declared, mediaType };
}

/** `undefined`: the type says nothing. */
function declaredKind(mediaType: string): ContentKind | "refused" | undefined {
  if (!/^[^/\s]+\/[^/\s]+$/.test(mediaType) || mediaType.includes("*")) return undefined;
  if (/^(application|binary)\/(octet-stream|unknown|x-unknown|download|force-download)$/.test(mediaType)) {
    return undefined;
  }
  if (mediaType === "unknown/unknown" || mediaType === "application/vnd.ms-excel") return undefined;
  if (mediaType === "text/html" || mediaType === "application/xhtml+xml") return "html";
  if (/^application\/(x-)?pdf$/.test(mediaType)) return "pdf";
  if (/^image\/|^(audio|video|font)\//.test(mediaType)) return "refused";
  if (/^(application|text)\/(xml|rss|atom)$|\+xml$/.test(mediaType)) return "xml";
  if (/^(application|text)\/(x-)?json$|\+json$|^application\/(x-)?(ndjson|jsonlines)$/.test(mediaType)) {
    return "json";
  }
  if (/^(application|text)\/((x-)?csv|comma-separated-values|tab-separated-values)$/.test(mediaType)) {
    return "csv";
  }
  if (mediaType.startsWith("text/")) return "text";
  return /^application\/(x-)?(yaml|toml|javascript|sql|tex|latex)$/.test(mediaType) ? "text" : "refused";
}

function sniffed(start: Uint8Array, mediaType: string): Content {
  if (isBinary(start, undefined)) {
    throw unreadable(mediaType === "" ? "that is not named, and is not text" : mediaType);
  }
  const text = latin1(start).replace(/^(\xef\xbb\xbf|\xff\xfe|\xfe\xff)/, "").replaceAll("\0", "").trimStart()
    .toLowerCase();
  if (text.startsWith("<?xml")) {
    return isXhtml(start) ? { kind: "html", mediaType: "text/html" } : { kind: "xml", mediaType: "text/xml" };
  }
  if (/^<(rss|feed|rdf:rdf|urlset|sitemapindex)[\s>]/.test(text)) {
    return { kind: "xml", mediaType: "text/xml" };
  }
  if (
    /<(!doctype|html|head|body|title|div|p|h1|table|script|meta|iframe|a|br|b|style|font)[\s>]/.test(text)
  ) {
    return { kind: "html", mediaType: "text/html" };
  }
  if (/^(\{\s*["}]|\[\s*[[{"\]\d])/.test(text)) return { kind: "json", mediaType: "application/json" };
  return { kind: "text", mediaType: "text/plain" };
}

function isXhtml(start: Uint8Array): boolean {
  return /<html[\s>]/i.test(latin1(start)) && !/<(rss|feed)[\s>]/i.test(latin1(start));
}

/** Signatures of what has no text to give, and of PDF. */
const SIGNATURES: [string, string][] = [
  ["%PDF-", "application/pdf"],
  ["PK\x03\x04", "application/zip"],
  ["PK\x05\x06", "application/zip"],
  ["\x89PNG\r\n\x1a\n", "image/png"],
  ["\xff\xd8\xff", "image/jpeg"],
  ["GIF87a", "image/gif"],
  ["GIF89a", "image/gif"],
  ["\x1f\x8b", "application/gzip"],
  ["Rar!\x1a\x07", "application/vnd.rar"],
  ["7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"],
  ["\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"],
  ["OggS\0", "application/ogg"],
  ["ID3", "audio/mpeg"],
  ["\x7fELF", "application/x-elf"],
  ["MZ\x90\0", "application/vnd.microsoft.portable-executable"],
  ["wOFF", "font/woff"],
  ["wOF2", "font/woff2"],
  ["\x1aE\xdf\xa3", "video/webm"],
  ["SQLite format 3\0", "application/vnd.sqlite3"],
];

function magicType(start: Uint8Array): string | undefined {
  const text = latin1(start.subarray(0, 64));
  for (const [signature, type] of SIGNATURES) if (text.startsWith(signature)) return type;
  if (text.startsWith("RIFF") && text.startsWith("WEBP", 8)) return "image/webp";
  if (text.startsWith("ftyp", 4)) return "video/mp4";
  // Readers take a PDF with white space or a byte order mark before it.
  return /^(\xef\xbb\xbf)?\s{0,40}%PDF-/.test(text) ? "application/pdf" : undefined;
}

/** Control bytes that no text has. */
function isBinary(start: Uint8Array, contentType: string | undefined): boolean {
  const utf16 = (start[0] === 0xff && start[1] === 0xfe) || (start[0] === 0xfe && start[1] === 0xff) ||
    /charset\s*=\s*["']?utf-?(16|32)/i.test(contentType?.slice(0, 500) ?? "");
  return !utf16 && start.some((byte) => byte < 9 || (byte > 13 && byte < 32 && byte !== 27));
}

function unreadable(type: string): TaskError {
  return new TaskError("unsupported_content", `Cannot read a page of type "${type}"`);
}

/** A character a byte. `TextDecoder("latin1")` is windows-1252, which changes some. */
function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
