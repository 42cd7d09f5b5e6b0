import { randomBytes } from "node:crypto";

/**
 * Ids a caller may choose and a path may carry. Anything else never reaches a store or a log line. Not `.` and `..`:
 * clients make another path of an address that ends in one.
 */
export const ID_PATTERN = /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,128}$/;

/** What an id that is none is told. */
export const ID_RULE = "must match [A-Za-z0-9._-]{1,128} and be neither . nor ..";

const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"; // Crockford: no i, l, o, u, so ids can be read aloud
let pool: Uint8Array = new Uint8Array(0);
let used = 0;

/** `length` random characters, 5 bits each, from a refilled pool: one system call serves some 4,000 characters. */
export function randomSuffix(length: number): string {
  if (used + length > pool.length) {
    pool = randomBytes(4096);
    used = 0;
  }
  let out = "";
  for (let i = 0; i < length; i++) out += ALPHABET[pool[used++]! & 31];
  return out;
}

let lastMs = 0;
let counter = 0;

/**
 * `<type>_<brand|none>_<unix seconds>.<ms>-<suffix>`. Unique, and within one type and brand sortable by creation:
 * ids of one millisecond count up in the first four characters of the suffix.
 */
export function newTaskId(type: string, brand: string | undefined, nowMs: number): string {
  if (nowMs > lastMs) {
    lastMs = nowMs;
    counter = 0;
  } else {
    counter++; // the same millisecond, or a clock that stepped back: the order stays that of creation
  }
  const seconds = Math.floor(lastMs / 1000);
  const ms = String(lastMs % 1000).padStart(3, "0");
  const label = (brand ?? "none").replace(/[^A-Za-z0-9.-]+/g, "-").slice(0, 40) || "none";
  return `${type}_${label}_${seconds}.${ms}-${crockford(counter, 4)}${randomSuffix(8)}`;
}

/** `<prefix>_<random>`, for things that need no order (requests, boots). */
export function newId(prefix: string): string {
  return `${prefix}_${randomSuffix(16)}`;
}

function crockford(value: number, width: number): string {
  let out = "";
  for (let rest = value; out.length < width || rest > 0; rest = Math.floor(rest / 32)) {
    out = ALPHABET[rest % 32] + out;
  }
  return out;
}
