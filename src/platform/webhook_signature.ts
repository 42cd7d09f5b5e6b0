/**
 * The header that proves who sent a webhook: `t=<unix seconds>,v1=<hex>`, where `<hex>` is the HMAC-SHA256 of
 * `<t>.<body>` under the shared secret. The time is signed too, so that what was sent once cannot be sent again later.
 */

export interface VerifyOptions {
  /** How far the sender's clock may be from this one's, in seconds, either way. @default 300 */
  toleranceS?: number;
  /** Unix milliseconds. @default Date.now() */
  nowMs?: number;
}

/** What is read of a header at most: a stranger may have sent it. */
const MAX_HEADER_CHARS = 1024;
const HMAC = { name: "HMAC", hash: "SHA-256" } as const;
const encoder = new TextEncoder();

/** The value of `Tutti-Signature` for a body. @param timeS unix seconds */
export async function signWebhook(body: string, secret: string, timeS: number): Promise<string> {
  const key = await keyOf(secret, "sign");
  const digest = await crypto.subtle.sign("HMAC", key, encoder.encode(`${timeS}.${body}`));
  return `t=${timeS},v1=${new Uint8Array(digest).toHex()}`;
}

/**
 * Whether `header` (`Tutti-Signature`) was made of exactly this body by someone who has the secret, within
 * `toleranceS` of now. `body` is the text as it arrived: JSON that was parsed and written again is another text.
 * Never throws for what a stranger sent. Compares in constant time. A header may carry several `v1`: one is enough.
 *
 * @example
 * ```ts ignore
 * Deno.serve(async (request) => {
 *   const body = await request.text();
 *   const header = request.headers.get("tutti-signature");
 *   if (!await verifySignature(body, header, SECRET)) return new Response(null, { status: 401 });
 *   const { event, delivery_id, data } = JSON.parse(body); // the same delivery_id may come again
 *   return new Response(null, { status: 204 });
 * });
 * ```
 */
export async function verifySignature(
  body: string,
  header: string | null | undefined,
  secret: string,
  options: VerifyOptions = {},
): Promise<boolean> {
  const { toleranceS = 300, nowMs = Date.now() } = options;
  if (!(toleranceS >= 0)) {
    throw new RangeError(
      `Cannot verify a signature as 'toleranceS' must be at least 0: current value is ${toleranceS}`,
    );
  }
  const parts = header === null || header === undefined || header.length > MAX_HEADER_CHARS
    ? []
    : header.split(",").map((part) => part.trim());
  const times = parts.filter((part) => /^t=\d{1,12}$/.test(part));
  const signatures = parts.filter((part) => /^v1=[0-9a-f]{64}$/.test(part));
  if (times.length !== 1 || signatures.length === 0) return false;
  const time = times[0]!.slice(2);
  if (Math.abs(nowMs / 1000 - Number(time)) > toleranceS) return false;
  const key = await keyOf(secret, "verify");
  const signed = encoder.encode(`${time}.${body}`);
  let good = false;
  for (const signature of signatures) {
    const ok = await crypto.subtle.verify("HMAC", key, Uint8Array.fromHex(signature.slice(3)), signed);
    good ||= ok;
  }
  return good;
}

/** @throws {RangeError} an empty secret: everybody has that one */
async function keyOf(secret: string, use: "sign" | "verify"): Promise<CryptoKey> {
  if (secret === "") throw new RangeError("Cannot sign or verify as 'secret' must not be empty");
  return await crypto.subtle.importKey("raw", encoder.encode(secret), HMAC, false, [use]);
}
