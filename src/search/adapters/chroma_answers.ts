import { type VectorMatch, VectorStoreError } from "../vector_port.ts";

/** Chroma's answers, checked before they are believed: a proxy, another server or another version may say anything. */

/** A collection as it is listed or made. */
export interface ChromaCollection {
  id: string;
  name: string;
  /** Of its index; undefined where the server does not say. */
  space?: string;
  metadata: Record<string, unknown>;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** @throws {VectorStoreError} garbage */
export function readCollection(value: unknown): ChromaCollection {
  const { id, name, metadata, configuration_json } = record(value, "a collection");
  if (typeof id !== "string" || !UUID.test(id)) throw garbage("a collection's id", id);
  if (typeof name !== "string") throw garbage("a collection's name", name);
  return { id, name, metadata: isRecord(metadata) ? metadata : {}, space: spaceOf(configuration_json) };
}

/** @throws {VectorStoreError} garbage */
export function readCollections(value: unknown): ChromaCollection[] {
  return list(value, "the collections").map(readCollection);
}

/** @throws {VectorStoreError} garbage */
export function readCount(value: unknown): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0) throw garbage("a count", value);
  return value as number;
}

/** Of `get`. @throws {VectorStoreError} garbage */
export function readIds(value: unknown): string[] {
  return strings(record(value, "records").ids, "the ids");
}

/** Of a query of one vector. @throws {VectorStoreError} garbage */
export function readMatches(value: unknown): VectorMatch[] {
  const { ids, distances } = record(value, "an answer to a query");
  const names = strings(list(ids, "the ids of a query")[0], "the ids of a query");
  const numbers = list(list(distances, "the distances")[0], "the distances");
  if (numbers.length !== names.length) throw garbage("as many distances as ids", numbers.length);
  return names.map((id, at) => {
    const distance = numbers[at];
    if (typeof distance !== "number" || !Number.isFinite(distance)) throw garbage("a distance", distance);
    return { id, distance };
  });
}

/** What the server takes. */
export interface ChromaLimits {
  /** Records of one request. */
  batch: number;
  /** Vectors may come as the base64 of their bytes. */
  base64: boolean;
}

/** @throws {VectorStoreError} garbage */
export function readLimits(value: unknown): ChromaLimits {
  const { max_batch_size, supports_base64_encoding } = record(value, "the pre-flight checks");
  if (!Number.isSafeInteger(max_batch_size) || (max_batch_size as number) < 1) {
    throw garbage("the longest batch", max_batch_size);
  }
  return { batch: max_batch_size as number, base64: supports_base64_encoding === true };
}

function spaceOf(configuration: unknown): string | undefined {
  if (!isRecord(configuration)) return undefined;
  for (const index of [configuration.hnsw, configuration.spann]) {
    if (isRecord(index) && typeof index.space === "string") return index.space;
  }
  return undefined;
}

function strings(value: unknown, what: string): string[] {
  const values = list(value, what);
  const other = values.find((one) => typeof one !== "string");
  if (other !== undefined) throw garbage(what, other);
  return values as string[];
}

function list(value: unknown, what: string): unknown[] {
  if (!Array.isArray(value)) throw garbage(what, value);
  return value;
}

function record(value: unknown, what: string): Record<string, unknown> {
  if (!isRecord(value)) throw garbage(what, value);
  return value;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function garbage(what: string, value: unknown): VectorStoreError {
  const shown = String(JSON.stringify(value) ?? value).slice(0, 80).toWellFormed();
  return new VectorStoreError("garbage", `Chroma's answer must have ${what}: what came is ${shown}`);
}
