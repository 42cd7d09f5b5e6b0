import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { ServiceError } from "../../platform/errors.ts";

/** Served without a key: what orchestrators ask, what is static and the same for everyone, and signing in. */
const OPEN_PATHS: ReadonlySet<string> = new Set([
  "/health",
  "/health/live",
  "/health/ready",
  "/docs",
  "/openapi.json",
  "/api/session",
]);
const OPEN_PREFIXES = ["/docs/assets/", "/assets/"];

/** Checks `Authorization: Bearer <secret>` or `X-API-Key: <secret>`. Returns why a request is refused, or undefined. */
export class ApiKeys {
  /** Keyed hashes, all of one length: comparing them tells nothing of a secret, not even how long it is. */
  readonly #hashes: readonly Uint8Array[];
  readonly #hashKey = randomBytes(32);

  constructor(keys: readonly { secret: string }[]) {
    this.#hashes = keys.map(({ secret }) => this.#hash(secret));
  }

  check(headers: Headers, path: string): ServiceError | undefined {
    if (OPEN_PATHS.has(path)) return undefined;
    const given = secretOf(headers);
    if (given !== undefined && this.isKnown(given)) return undefined;
    if (OPEN_PREFIXES.some((prefix) => path.startsWith(prefix))) return undefined;
    return new ServiceError(
      "unauthorized",
      given === undefined
        ? "Send an API key as 'Authorization: Bearer <secret>' or 'X-API-Key: <secret>'"
        : "The API key is not one of this service's keys",
    );
  }

  /** Whether a request brings a key, wherever it goes. */
  admits(headers: Headers): boolean {
    const given = secretOf(headers);
    return given !== undefined && this.isKnown(given);
  }

  /** Compares with every key, whichever matches, so that the time taken does not tell which one was near. */
  isKnown(secret: string): boolean {
    const hash = this.#hash(secret);
    let known = false;
    for (const each of this.#hashes) if (timingSafeEqual(each, hash)) known = true;
    return known;
  }

  #hash(secret: string): Uint8Array {
    return createHmac("sha256", this.#hashKey).update(secret).digest();
  }
}

function secretOf(headers: Headers): string | undefined {
  const authorization = headers.get("authorization");
  if (authorization !== null) return /^bearer +(\S+) *$/i.exec(authorization)?.[1] ?? "";
  return headers.get("x-api-key") ?? undefined;
}
