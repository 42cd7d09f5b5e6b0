import { crc32 } from "node:zlib";
import type { CacheEntry } from "../port.ts";

/**
 * One entry as one file: header and body together, so that one read brings both and one rename shows both.
 *
 * ```text
 *  0  magic "TCE1" (the last character is the version)     24  storedMs, f64
 *  4  crc32 of bytes 8 .. end of tags                      32  freshUntilMs, f64
 *  8  crc32 of the body                                    40  expiresMs, f64
 * 12  length of the key, u32                               48  key, UTF-8; tags, JSON; body
 * 16  length of the tags, u32
 * 20  length of the body, u32
 * ```
 * All numbers little endian. CRC-32 finds what disks and crashes do (every burst up to 32 bits, all else but one in 4e9);
 * it is no seal against someone who may write to the folder, and no hash would be.
 */
const MAGIC = 0x31454354; // "TCE1"
const FIXED_BYTES = 48;

export interface EntryHeader {
  key: string;
  tags: readonly string[];
  storedMs: number;
  freshUntilMs: number;
  expiresMs: number;
  bodyCrc: number;
  /** Where the body begins. */
  headerBytes: number;
  /** Header and body: the exact length of a sound file. */
  fileBytes: number;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export function encodeEntryFile(keyBytes: Uint8Array, entry: CacheEntry): Uint8Array {
  const tags = entry.tags.length === 0 ? new Uint8Array(0) : encoder.encode(JSON.stringify(entry.tags));
  const headerBytes = FIXED_BYTES + keyBytes.length + tags.length;
  const file = new Uint8Array(headerBytes + entry.value.length);
  const view = new DataView(file.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint32(8, crc32(entry.value), true);
  view.setUint32(12, keyBytes.length, true);
  view.setUint32(16, tags.length, true);
  view.setUint32(20, entry.value.length, true);
  view.setFloat64(24, entry.storedMs, true);
  view.setFloat64(32, entry.freshUntilMs, true);
  view.setFloat64(40, entry.expiresMs, true);
  file.set(keyBytes, FIXED_BYTES);
  file.set(tags, FIXED_BYTES + keyBytes.length);
  file.set(entry.value, headerBytes);
  view.setUint32(4, crc32(file.subarray(8, headerBytes)), true);
  return file;
}

/** Bytes of the header that begins with `start` (24 bytes or more), or undefined where none does. */
export function headerLength(start: Uint8Array): number | undefined {
  if (start.length < FIXED_BYTES) return undefined;
  const view = new DataView(start.buffer, start.byteOffset, start.byteLength);
  if (view.getUint32(0, true) !== MAGIC) return undefined;
  return FIXED_BYTES + view.getUint32(12, true) + view.getUint32(16, true);
}

/** The header at the front of `bytes`, or undefined where it is not whole and sound. */
export function decodeHeader(bytes: Uint8Array): EntryHeader | undefined {
  const headerBytes = headerLength(bytes);
  if (headerBytes === undefined || headerBytes > bytes.length) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(4, true) !== crc32(bytes.subarray(8, headerBytes))) return undefined;
  const keyEnd = FIXED_BYTES + view.getUint32(12, true);
  try {
    return {
      key: decoder.decode(bytes.subarray(FIXED_BYTES, keyEnd)),
      tags: keyEnd === headerBytes ? [] : JSON.parse(decoder.decode(bytes.subarray(keyEnd, headerBytes))),
      storedMs: view.getFloat64(24, true),
      freshUntilMs: view.getFloat64(32, true),
      expiresMs: view.getFloat64(40, true),
      bodyCrc: view.getUint32(8, true),
      headerBytes,
      fileBytes: headerBytes + view.getUint32(20, true),
    };
  } catch {
    return undefined; // a sound checksum over bytes this version did not write
  }
}

/** Whether the whole file in `bytes` holds the body its header promises. */
export function bodyIsSound(header: EntryHeader, bytes: Uint8Array): boolean {
  return bytes.length === header.fileBytes && crc32(bytes.subarray(header.headerBytes)) === header.bodyCrc;
}
