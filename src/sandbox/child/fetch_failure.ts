import { messageOf, TaskError } from "../../platform/errors.ts";

/** Deno tells failures of fetch apart by their text only; the texts are those of 2.9.6, each seen in a test. */
const KNOWN: ReadonlyArray<[RegExp, (detail: string) => TaskError]> = [
  [
    /Requires net access|Requests to port \d+ are blocked|NotCapable/,
    () => new TaskError("blocked_address", "Cannot fetch this URL as its address is not public"),
  ],
  [
    /dns error|failed to lookup address/,
    (detail) => new TaskError("dns", `Cannot resolve the host: ${detail}`),
  ],
  [
    /message head is too large|header.*too large/i,
    () => new TaskError("too_large", "Cannot read the answer as its headers are too large"),
  ],
  [
    /certificate|InvalidContentType|corrupt message|handshake|UnknownIssuer|fatal alert|TLS|tls/,
    (detail) => new TaskError("tls", `Cannot set up TLS: ${detail}`),
  ],
  [
    // "unexpected end of file" and the like come from the decoder; a cut connection says "reading a body".
    /unexpected end of file|corrupt deflate|invalid gzip|Invalid Data|brotli|deflate|unexpected EOF/i,
    (detail) => new TaskError("unsupported_content", `Cannot decode the body: ${detail}`),
  ],
];

/** The code of whatever `fetch` or its body stream threw. A `TaskError` stays as it is. */
export function fetchFailure(error: unknown): TaskError {
  if (error instanceof TaskError) return error;
  const texts: string[] = [];
  for (let e = error, depth = 0; e !== undefined && depth < 4; depth++) {
    texts.push(e instanceof Error ? `${e.name}: ${e.message}` : String(e));
    e = e instanceof Error ? e.cause : undefined;
  }
  const whole = texts.join("; ");
  const detail = detailOf(error);
  for (const [pattern, make] of KNOWN) if (pattern.test(whole)) return make(detail);
  return new TaskError("connect", `The connection failed: ${detail}`);
}

/** The part that says what happened; addresses of this machine stay inside. */
function detailOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const text = messageOf(cause).replace(/^error sending request.*?: client error \(\w+\): /, "");
  return text.slice(0, 300);
}
