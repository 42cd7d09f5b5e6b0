import { messageOf } from "../../platform/errors.ts";
import type { NewCacheEntry } from "../port.ts";

/** Longest key, in UTF-8 bytes; a URL of any length a server accepts fits. */
export const MAX_KEY_BYTES = 16 * 1024;
/** Most tags of one entry, and the longest tag in UTF-8 bytes. */
export const MAX_TAGS = 64;
export const MAX_TAG_BYTES = 512;

const encoder = new TextEncoder();

/**
 * The key's bytes. Throws `RangeError` for an empty or overlong key and `TypeError` for one with half a surrogate pair:
 * UTF-8 would write two such keys alike, and two keys that look alike could answer for one another.
 */
export function encodeKey(key: string): Uint8Array {
  if (!key.isWellFormed()) throw new TypeError("Cannot use the cache key as it is not well-formed Unicode");
  const bytes = encoder.encode(key);
  if (bytes.length === 0 || bytes.length > MAX_KEY_BYTES) {
    throw new RangeError(
      `Cannot use the cache key as its length must be between 1 and ${MAX_KEY_BYTES} bytes: current value is ${bytes.length}`,
    );
  }
  return bytes;
}

/** Throws `RangeError` for a value over `maxValueBytes`, too many or too long tags, or times that are not numbers. */
export function checkEntry(entry: NewCacheEntry, maxValueBytes: number): void {
  if (entry.value.length > maxValueBytes) {
    throw new RangeError(
      `Cannot cache the value as its size must be at most ${maxValueBytes} bytes: current value is ${entry.value.length}`,
    );
  }
  if (!Number.isFinite(entry.freshUntilMs) || !Number.isFinite(entry.expiresMs)) {
    throw new RangeError("Cannot cache the value as its times must be finite numbers of milliseconds");
  }
  const tags = entry.tags ?? [];
  if (tags.length > MAX_TAGS) {
    throw new RangeError(
      `Cannot cache the value as it must have at most ${MAX_TAGS} tags: current value is ${tags.length}`,
    );
  }
  for (const tag of tags) {
    const bytes = encoder.encode(tag).length;
    if (bytes === 0 || bytes > MAX_TAG_BYTES || !tag.isWellFormed()) {
      throw new RangeError(
        `Cannot cache the value as a tag must be well-formed text of 1 to ${MAX_TAG_BYTES} bytes: current value is ${bytes} bytes`,
      );
    }
  }
}

/** Throws `RangeError` unless `value` is a whole number in the range; `name` is the option's. */
export function checkWhole(name: string, value: number, min: number): void {
  if (!Number.isSafeInteger(value) || value < min) {
    throw new RangeError(
      `Cannot open the cache as '${name}' must be a whole number of at least ${min}: current value is ${value}`,
    );
  }
}

/** The error of an operation the system refused, with its cause. */
export function fault(action: string, cause: unknown): Error {
  return new Error(`Cannot ${action}: ${messageOf(cause)}`, { cause });
}
