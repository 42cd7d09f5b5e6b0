import { createHash } from "node:crypto";

/** Below this, handing the bytes to another thread costs more than hashing them. */
const SMALL_BYTES = 64 * 1024;

/** SHA-256 of `bytes`, in hex. */
export async function sha256(bytes: Uint8Array): Promise<string> {
  if (bytes.length < SMALL_BYTES) return createHash("sha256").update(bytes).digest("hex");
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>)).toHex();
}
