import { createHash } from "node:crypto";
import { addressKey } from "./address_key.ts";

/** What tells which document a text is. The first that is given decides. */
export interface DocumentSource {
  /** The caller's own; one that this made is that document. */
  documentId?: string;
  url?: string;
  content?: Uint8Array | string;
}

const MADE = /^doc_[0-9a-f]{24}$/;

/**
 * The id of a document: made of the caller's own id, else of its address (in all its spellings the same), else of its
 * content.
 *
 * @throws {TypeError} none is given
 */
export function documentIdOf({ documentId, url, content }: DocumentSource): string {
  if (documentId !== undefined) return MADE.test(documentId) ? documentId : made("id", documentId);
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
