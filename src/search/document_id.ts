import { createHash } from "node:crypto";
import { addressKey } from "./address_key.ts";

/** What tells which document a text is. The first that is given decides. */
export interface DocumentSource {
  /** The caller's own, which stays as it is. */
  documentId?: string;
  url?: string;
  content?: Uint8Array | string;
}

/**
 * The id of a document: the caller's own, else made of its address (in all its spellings the same), else of its
 * content.
 *
 * @throws {TypeError} none is given
 */
export function documentIdOf({ documentId, url, content }: DocumentSource): string {
  if (documentId !== undefined) return documentId;
  if (url !== undefined) return made("url", addressKey(url));
  if (content !== undefined) return made("content", content);
  throw new TypeError(
    "Cannot name a document as 'documentId', 'url' or 'content' must be given: all are absent",
  );
}

/** The kind goes in, so that an id that reads like an address is not that address. */
function made(kind: string, source: string | Uint8Array): string {
  const hash = createHash("sha256").update(`${kind}\0`).update(source).digest("hex");
  return `doc_${hash.slice(0, 24)}`;
}
