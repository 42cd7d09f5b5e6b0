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
 * Makes the reader of JSON bodies within limits; of a body that is `optional` and empty it makes undefined. `Deno.serve` limits neither size nor time, and `JSON.parse` takes any
 * depth (facts of Deno 2.9).
 */
export function jsonBody(
  limits: BodyLimits,
): (c: HttpContext, options?: { optional?: boolean }) => Promise<unknown> {
  return async (c, { optional = false } = {}) => {
    const request = c.req.raw;
    // Where a body may be left out, nothing is said by a type without one (`curl -d ''` sends a form's).
    let bytes: Uint8Array | undefined;
    if (optional && (bytes = await readBody(request, limits)).byteLength === 0) return undefined;
    const type = request.headers.get("content-type");
    if (type === null ? request.body !== null : !JSON_TYPE.test(type)) {
      throw new ServiceError("unsupported_media_type", "Send the body as 'Content-Type: application/json'");
    }
    const text = decode(bytes ?? await readBody(request, limits));
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
 * Every byte of the body, or the error of the limit it broke. The caller of a body that stalls is answered; its
 * connection stays half-open until it goes, which Deno gives no means to change.
 */
export async function readBody(
  request: Request,
  limits: Pick<BodyLimits, "maxBytes" | "timeoutMs">,
): Promise<Uint8Array> {
  const announced = request.headers.get("content-length");
  if (Number(announced ?? 0) > limits.maxBytes) throw tooLarge(limits);
  // HTTP itself holds an announced body to its length, so it can be taken whole: less work than a stream.
  const reading = announced === null ? readChunks(request, limits) : request.bytes();
  try {
    return await inTime(reading, limits);
  } catch (error) {
    if (error instanceof ServiceError) throw error;
    // The caller broke off: nothing of ours went wrong.
    throw new ServiceError("not_json", "The body ended before it was whole", { cause: error });
  }
}

/** Turns of the microtask queue within which a body that is there already is read (measured: 3). */
const TURNS = 6;

/** A small body has mostly come with its head. A few turns tell, and cost less than setting and clearing a timer. */
async function inTime<T>(reading: Promise<T>, limits: Pick<BodyLimits, "timeoutMs">): Promise<T> {
  let settled = false;
  const settle = () => void (settled = true);
  reading.then(settle, settle);
  for (let turn = 0; turn < TURNS && !settled; turn++) await undefined;
  if (settled) return await reading;
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(tooLate(limits)), limits.timeoutMs);
  try {
    return await Promise.race([reading, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** A body of unknown length, read no further than the limit. */
async function readChunks(request: Request, limits: Pick<BodyLimits, "maxBytes">): Promise<Uint8Array> {
  if (request.body === null) return new Uint8Array(0);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body) {
    size += chunk.byteLength;
    if (size > limits.maxBytes) throw tooLarge(limits);
    chunks.push(chunk);
  }
  return concat(chunks, size);
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

function tooLarge(limits: Pick<BodyLimits, "maxBytes">): ServiceError {
  return new ServiceError("body_too_large", `The body is larger than ${limits.maxBytes} bytes`);
}

function tooLate(limits: Pick<BodyLimits, "timeoutMs">): ServiceError {
  return new ServiceError("request_timeout", `The body did not arrive within ${limits.timeoutMs} ms`);
}
