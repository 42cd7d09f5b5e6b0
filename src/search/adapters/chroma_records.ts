import type { VectorRecord } from "../vector_port.ts";
import type { ChromaLimits } from "./chroma_answers.ts";

/** The server refuses a body of more than 40 MiB; a page of Hebrew in JSON has up to six bytes a letter. */
const MAX_CHARS = 6 * 1024 * 1024;

/** Records in parts that one request each may have. */
export function* partsOf(records: readonly VectorRecord[], limits: ChromaLimits): Generator<VectorRecord[]> {
  let part: VectorRecord[] = [];
  let chars = 0;
  for (const record of records) {
    const size = (record.text?.length ?? 0) + record.vector.length * (limits.base64 ? 6 : 22) + 1000;
    if (part.length > 0 && (part.length >= limits.batch || chars + size > MAX_CHARS)) {
      yield part;
      part = [];
      chars = 0;
    }
    part.push(record);
    chars += size;
  }
  if (part.length > 0) yield part;
}

/** Slices of a list. */
export function* slicesOf<T>(values: readonly T[], size: number): Generator<T[]> {
  for (let at = 0; at < values.length; at += size) yield values.slice(at, at + size);
}

/** The body of an upsert. */
export function upsertBody(records: readonly VectorRecord[], limits: ChromaLimits): string {
  return JSON.stringify({
    ids: records.map(({ id }) => id),
    // Base64 is exact, a third of the size of decimal digits, and made and read in a tenth of their time.
    embeddings: records.map(({ vector }) => limits.base64 ? base64Of(vector) : Array.from(vector)),
    metadatas: records.map(({ metadata }) => wellFormed(metadata)),
    // Half of a surrogate pair makes the server refuse the whole body.
    ...(records.some(({ text }) => text !== undefined)
      ? { documents: records.map(({ text }) => text?.toWellFormed() ?? null) }
      : {}),
  });
}

function wellFormed(metadata: VectorRecord["metadata"]): VectorRecord["metadata"] {
  const entries = Object.entries(metadata);
  return Object.fromEntries(
    entries.map(([key, value]) => [key, typeof value === "string" ? value.toWellFormed() : value]),
  );
}

/** Little-endian bytes of its numbers; typed arrays have no other order on the hosts that Deno runs on. */
function base64Of(vector: Float32Array): string {
  return new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength).toBase64();
}
