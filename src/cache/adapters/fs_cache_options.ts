import { checkWhole } from "./entry_limits.ts";

export interface FsCacheStoreOptions {
  /** Bytes of files; the least recently used entries go first. @default 1 GiB */
  maxBytes?: number;
  /** @default maxBytes, at most 64 MiB */
  maxValueBytes?: number;
  /** How often at most the use of an entry is noted on disk, for the order after a restart. @default 60_000 */
  touchEveryMs?: number;
  /** @default Date.now */
  nowMs?: () => number;
}

/** The options with their defaults. Throws `RangeError` where one is out of range. */
export function checkOptions(options: FsCacheStoreOptions): Required<FsCacheStoreOptions> {
  const { maxBytes = 1024 ** 3, touchEveryMs = 60_000, nowMs = () => Date.now() } = options;
  const { maxValueBytes = Math.min(maxBytes, 64 * 1024 ** 2) } = options;
  checkWhole("maxBytes", maxBytes, 1);
  checkWhole("maxValueBytes", maxValueBytes, 1);
  checkWhole("touchEveryMs", touchEveryMs, 0);
  return { maxBytes, maxValueBytes, touchEveryMs, nowMs };
}
