import { ServiceError } from "../../platform/errors.ts";

/** What a document may be. */
export type DocumentType = "application/pdf" | "text/markdown" | "text/html" | "text/plain";

const BY_TYPE: Readonly<Record<string, DocumentType>> = {
  "application/pdf": "application/pdf",
  "application/x-pdf": "application/pdf",
  "text/markdown": "text/markdown",
  "text/x-markdown": "text/markdown",
  "text/html": "text/html",
  "application/xhtml+xml": "text/html",
  "text/plain": "text/plain",
};

const BY_ENDING: Readonly<Record<string, DocumentType>> = {
  pdf: "application/pdf",
  md: "text/markdown",
  markdown: "text/markdown",
  html: "text/html",
  htm: "text/html",
  xhtml: "text/html",
  txt: "text/plain",
  text: "text/plain",
};

/** Bytes that are looked at of a file that nothing else tells of. */
const LOOKED_AT = 1024;
const HTML_START = /^\s*<(?:!doctype html|html|head|body|title|meta|article|main|section|div|h1|p)[\s>]/i;
const latin1 = new TextDecoder("latin1");

/** By what the sender says of it; undefined: it is none of ours. */
export function typeOfHeader(contentType: string | undefined | null): DocumentType | undefined {
  const essence = essenceOf(contentType);
  return Object.hasOwn(BY_TYPE, essence) ? BY_TYPE[essence] : undefined;
}

/** The media type, without its parameters, in lower case. */
export function essenceOf(contentType: string | undefined | null): string {
  return (contentType ?? "").split(";", 1)[0]!.trim().toLowerCase();
}

/**
 * By what the sender says, else by the file's name, else by how it begins.
 * @throws {ServiceError} unsupported_media_type
 */
export function typeOfFile(
  file: { contentType?: string; fileName?: string; bytes: Uint8Array },
): DocumentType {
  const type = typeOfHeader(file.contentType) ?? typeOfName(file.fileName) ?? typeOfBytes(file.bytes);
  if (type !== undefined) return type;
  throw new ServiceError("unsupported_media_type", "Send a PDF, or a file of HTML, Markdown or text");
}

function typeOfName(name = ""): DocumentType | undefined {
  const ending = name.slice(name.lastIndexOf(".") + 1).toLowerCase();
  return Object.hasOwn(BY_ENDING, ending) ? BY_ENDING[ending] : undefined;
}

function typeOfBytes(bytes: Uint8Array): DocumentType | undefined {
  const start = bytes.subarray(0, LOOKED_AT);
  const text = latin1.decode(start);
  if (text.includes("%PDF-")) return "application/pdf";
  // No text has these, but for those of two bytes a character, which would have to say so.
  if (start.some((byte) => byte < 9 || (byte > 13 && byte < 32 && byte !== 27))) return undefined;
  return HTML_START.test(text.replace(/^\u00ef\u00bb\u00bf/, "")) ? "text/html" : "text/plain";
}

const CHARSET = /;\s*charset=(?:"([^"]{1,40})"|([^\s;"]{1,40}))/i;

/**
 * The bytes of a text in UTF-8, whatever encoding its sender names. A mark at the start keeps a page's own word for its
 * encoding, which is wrong from then on, from being believed.
 * @throws {ServiceError} unsupported_media_type
 */
export function inUtf8(bytes: Uint8Array, contentType: string | undefined | null): Uint8Array {
  const [, quoted, plain] = CHARSET.exec(contentType ?? "") ?? [];
  const charset = quoted ?? plain;
  if (charset === undefined || /^utf-?8$/i.test(charset)) return bytes;
  let decoder: TextDecoder;
  try {
    decoder = new TextDecoder(charset);
  } catch {
    throw new ServiceError("unsupported_media_type", `The charset '${charset}' is not known`);
  }
  return new TextEncoder().encode(`\ufeff${decoder.decode(bytes)}`);
}
