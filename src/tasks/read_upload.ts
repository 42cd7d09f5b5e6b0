import { TaskError } from "../platform/errors.ts";
import type { ExtractedPage, Sandbox } from "../sandbox/port.ts";
import type { IndexDocument, Upload } from "../search/index_port.ts";

export interface ReadUploadOptions {
  sandbox(): Promise<Pick<Sandbox, "put" | "extract" | "drop">>;
  timeoutMs: number;
  signal?: AbortSignal;
}

/** The base of a document that came without an address; such a host can never exist (RFC 2606). */
const NO_ADDRESS = "https://document.invalid/";

type Content = Pick<ExtractedPage, "title" | "language" | "kind" | "content_type" | "pages"> & {
  markdown: string;
};

/**
 * What was handed in, as a document. Plain text and Markdown are taken as they are; whatever else, and text whose
 * charset must be found out, is read by the extractor, in the sandbox. What the caller says of it (title, language) goes
 * before what it says itself.
 *
 * @throws {TaskError} unsupported_content, too_large, invalid_input: not retryable; those of the sandbox
 */
export async function readUpload(upload: Upload, options: ReadUploadOptions): Promise<IndexDocument> {
  const { about, bytes, contentType } = upload;
  options.signal?.throwIfAborted();
  if (bytes.length === 0) {
    throw new TaskError("invalid_input", "Cannot index a document as it must have content: it has 0 bytes");
  }
  const content = decodedText(bytes, contentType) ?? await extracted(upload, options);
  if (content.markdown.trim() === "") {
    throw new TaskError(
      "unsupported_content",
      `Cannot index a document of type "${contentType}" as it has no text`,
    );
  }
  const { markdown, title, language, kind, pages } = content;
  const placed = pages?.flatMap(({ number, markdown_start: start }) =>
    start === undefined ? [] : [{ number, start }]
  );
  return {
    ...about,
    source: "upload",
    ...prefer("title", about.title, title),
    ...prefer("language", about.language, language),
    ...prefer("kind", about.kind, kind),
    contentType: content.content_type,
    markdown,
    ...(placed && placed.length > 0 ? { pages: placed } : {}),
  };
}

function prefer<K extends string>(key: K, given: string | undefined, own: string | undefined) {
  const value = given ?? own;
  return value === undefined ? {} : { [key]: value };
}

/** Plain text or Markdown whose charset is known; undefined for what the extractor must read. */
function decodedText(bytes: Uint8Array, contentType: string): Content | undefined {
  const type = mediaTypeOf(contentType);
  if (type !== "text/plain" && type !== "text/markdown") return undefined;
  const named = charsetOf(contentType);
  const text = decode(bytes, markedCharset(bytes) ?? named ?? "utf-8", named === undefined);
  if (text === undefined) return undefined;
  if (text.includes("\0")) {
    throw new TaskError("unsupported_content", `Cannot read a document of type "${type}" as it is no text`);
  }
  const markdown = text.replace(/\r\n?/g, "\n");
  const title = type === "text/markdown" ? firstHeading(markdown) : undefined;
  return { content_type: type, markdown, ...(title ? { title } : {}) };
}

function decode(bytes: Uint8Array, charset: string, strict: boolean): string | undefined {
  let decoder: TextDecoder;
  try {
    decoder = new TextDecoder(charset, { fatal: strict });
  } catch (error) {
    throw new TaskError(
      "unsupported_content",
      `Cannot read a document in the charset "${charset}": it is not known`,
      {
        cause: error,
      },
    );
  }
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined; // not what it was taken for; nobody has said what it is
  }
}

async function extracted(
  { about, bytes, contentType }: Upload,
  { sandbox, timeoutMs, signal }: ReadUploadOptions,
): Promise<Content> {
  const reader = await sandbox();
  const url = about.url ?? `${NO_ADDRESS}${about.documentId}`;
  const body = await reader.put(bytes, { timeoutMs, signal });
  const page = await reader.extract(body, { url, contentType, formats: ["markdown"] }, { timeoutMs, signal });
  const { markdown = "" } = page;
  if (about.url !== undefined) return { ...page, markdown };
  // A link within a document that has no address leads nowhere: it is shown as it was written, nearly.
  return { ...page, markdown: page.pages ? markdown : markdown.replaceAll(`](${NO_ADDRESS}`, "](/") };
}

function mediaTypeOf(contentType: string): string {
  return contentType.split(";", 1)[0]!.trim().toLowerCase();
}

function charsetOf(contentType: string): string | undefined {
  return /;\s{0,5}charset\s{0,5}=\s{0,5}["']?([^"'\s;,]{1,40})/i.exec(contentType.slice(0, 500))?.[1];
}

/** By its byte order mark, which `TextDecoder` leaves out of the text. */
function markedCharset(bytes: Uint8Array): string | undefined {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return "utf-8";
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return "utf-16le";
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return "utf-16be";
  return undefined;
}

/** `# Title` among the first lines. */
function firstHeading(markdown: string): string | undefined {
  return /^#[ \t]{1,5}(\S.{0,300})$/m.exec(markdown.slice(0, 2000))?.[1]?.replace(/[ \t]#{1,20}$/, "").trim();
}
