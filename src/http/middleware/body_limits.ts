import { ServiceError } from "../../platform/errors.ts";
import type { HttpContext } from "../context.ts";
import { jsonDepth } from "./json_depth.ts";

export interface BodyLimits {
  maxBytes: number;
  maxDepth: number;
  /** How long the whole body may take to arrive. */
  timeoutMs: number;
}

const JSON_TYPE = /^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i;
const decoder = new TextDecoder("utf-8", { fatal: true });

/**
 * Makes the reader of JSON bodies within limits. `Deno.serve` limits neither size nor time, and `JSON.parse` takes any
 * depth (facts of Deno 2.9).
 */
export function jsonBody(limits: BodyLimits): (c: HttpContext) => Promise<unknown> {
  return async (c) => {
    const request = c.req.raw;
    const type = request.headers.get("content-type");
    if (type === null ? request.body !== null : !JSON_TYPE.test(type)) {
      throw new ServiceError("unsupported_media_type", "Send the body as 'Content-Type: application/json'");
    }
    const text = decode(await readBody(request, limits));
    if (text.length > limits.maxDepth && jsonDepth(text, limits.maxDepth) > limits.maxDepth) {
      throw new ServiceError("invalid_request", `The body is nested deeper than ${limits.maxDepth} levels`, {
        fields: [{ path: "", message: `nested deeper than ${limits.maxDepth} levels` }],
      });
    }
    c.env.bodyText = text;
    try {
      return JSON.parse(text);
    } catch (error) {
      const reason = text === "" ? "it is empty" : (error as Error).message;
      throw new ServiceError("not_json", `The body is not JSON: ${reason}`);
    }
  };
}

function decode(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new ServiceError("not_json", "The body is not JSON: it is not UTF-8");
  }
}

/**
 * Every byte of the body, or the error of the limit it broke. Read as a stream although `request.bytes()` is quicker:
 * a stream can be cancelled, and with the other an announced body that stalls holds its connection for ever.
 */
async function readBody(request: Request, limits: BodyLimits): Promise<Uint8Array> {
  if (Number(request.headers.get("content-length") ?? 0) > limits.maxBytes) throw tooLarge(limits);
  if (request.body === null) return new Uint8Array(0);
  const reader = request.body.getReader();
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    reader.cancel().catch(() => {});
  }, limits.timeoutMs);
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for (let part; !(part = await reader.read()).done;) {
      size += part.value.byteLength;
      if (size > limits.maxBytes) {
        reader.cancel().catch(() => {});
        throw tooLarge(limits);
      }
      chunks.push(part.value);
    }
  } catch (error) {
    if (late) throw tooLate(limits);
    if (error instanceof ServiceError) throw error;
    // The caller broke off: nothing of ours went wrong.
    throw new ServiceError("not_json", "The body ended before it was whole", { cause: error });
  } finally {
    clearTimeout(timer);
  }
  if (late) throw tooLate(limits);
  return chunks.length === 1 ? chunks[0]! : concat(chunks, size);
}

function concat(chunks: Uint8Array[], size: number): Uint8Array {
  const whole = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.byteLength;
  }
  return whole;
}

function tooLarge(limits: BodyLimits): ServiceError {
  return new ServiceError("body_too_large", `The body is larger than ${limits.maxBytes} bytes`);
}

function tooLate(limits: BodyLimits): ServiceError {
  return new ServiceError("request_timeout", `The body did not arrive within ${limits.timeoutMs} ms`);
}
