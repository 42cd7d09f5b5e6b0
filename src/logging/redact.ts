/** What stands in the place of a secret. */
export const REDACTED = "[redacted]";

/** Names whose values are secrets, compared without case, `-` and `_`: `X-API-Key`, `api_keys`, `clientSecret`. */
const SECRET_NAME =
  /^(authorization|proxyauthorization|xapikey|(set)?cookie|.*(apikeys?|secrets?|tokens?|passwords?|passwd|passphrase))$/;
// The scheme's length is bounded: without it a long text without "://" would cost its length squared.
const USERINFO = /\b([a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/?#@"'<>]*(?:@[^\s/?#@"'<>]*)*@/gi;
const BEARER = /\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{6,}/gi;
/** Deeper values are cut: a log line is no place for a document. */
const DEEPEST = 6;
const MOST_ITEMS = 100;
const MOST_CHARS = 16_384;

/** Takes secrets out of what is logged; the one place that knows what a secret looks like. */
export class Redactor {
  #literals: readonly string[] = [];

  /** `secrets` are texts that must never appear, wherever they stand (the secrets of API_KEYS). */
  constructor(secrets: readonly string[] = []) {
    for (const secret of secrets) this.add(secret);
  }

  /** One more text that must never appear. */
  add(secret: string): void {
    if (secret === "" || this.#literals.includes(secret)) return;
    // Longest first: a secret that contains another must go whole.
    this.#literals = [...this.#literals, secret].sort((a, b) => b.length - a.length);
  }

  /** `text` without known secrets, user names and passwords in URLs, and bearer tokens. */
  text(text: string): string {
    let out = text;
    for (const literal of this.#literals) {
      if (out.includes(literal)) out = out.replaceAll(literal, REDACTED);
    }
    if (out.includes("@")) out = out.replace(USERINFO, `$1${REDACTED}@`);
    out = out.replace(BEARER, `$1 ${REDACTED}`);
    return out.length > MOST_CHARS ? `${out.slice(0, MOST_CHARS)}[cut]` : out;
  }

  /** A plain copy of `fields`, fit for JSON, without the values of secret names and what `text` takes out. */
  fields(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
    return this.#object(fields, 0, new Set());
  }

  /** `text` without the values that stand under secret names in `fields`: a template may have put them there. */
  textBeside(text: string, fields: Readonly<Record<string, unknown>>): string {
    let out = text;
    for (const [name, value] of Object.entries(fields)) {
      if (typeof value === "string" && value !== "" && isSecret(name, value)) {
        out = out.replaceAll(value, REDACTED);
      }
    }
    return this.text(out);
  }

  #object(value: object, depth: number, above: Set<object>): Record<string, unknown> {
    const out: Record<string, unknown> = {};
    for (const [name, member] of Object.entries(value).slice(0, MOST_ITEMS)) {
      out[this.text(name)] = isSecret(name, member) ? REDACTED : this.#value(member, depth + 1, above);
    }
    return out;
  }

  #value(value: unknown, depth: number, above: Set<object>): unknown {
    if (typeof value === "string") return this.text(value);
    if (typeof value === "bigint" || typeof value === "symbol") return this.text(String(value));
    if (typeof value === "function") return "[function]";
    if (typeof value !== "object" || value === null) return value;
    if (depth > DEEPEST || above.has(value)) return "[cut]";
    above.add(value);
    try {
      if (value instanceof Error) return this.#error(value, depth, above);
      if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
      if (value instanceof URL) return this.text(value.href);
      if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
      if (value instanceof Headers || value instanceof Map) {
        return this.#object(Object.fromEntries(value), depth, above);
      }
      const items = value instanceof Set ? [...value] : value;
      if (Array.isArray(items)) {
        return items.slice(0, MOST_ITEMS).map((item) => this.#value(item, depth + 1, above));
      }
      return this.#object(value, depth, above);
    } finally {
      above.delete(value);
    }
  }

  #error(error: Error, depth: number, above: Set<object>): Record<string, unknown> {
    const code = (error as { code?: unknown }).code;
    return {
      name: error.name,
      message: this.text(error.message),
      ...(typeof code === "string" ? { code } : {}),
      ...(error.stack === undefined ? {} : { stack: this.text(error.stack) }),
      ...(error.cause === undefined ? {} : { cause: this.#value(error.cause, depth + 1, above) }),
    };
  }
}

/** Numbers and flags under such a name are counts (`max_tokens: 512`), not secrets. */
function isSecret(name: string, value: unknown): boolean {
  if (typeof value === "number" || typeof value === "boolean" || value === undefined || value === null) {
    return false;
  }
  return SECRET_NAME.test(name.toLowerCase().replace(/[-_]/g, ""));
}
