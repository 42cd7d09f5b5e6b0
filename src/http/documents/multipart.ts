import { ServiceError } from "../../platform/errors.ts";

/** One part of a form: a field, or a file where the sender says `filename`. */
export interface FormPart {
  name: string;
  fileName?: string;
  contentType?: string;
  /** A view of the body: nothing is copied. */
  bytes: Uint8Array;
}

export interface MultipartLimits {
  maxParts: number;
  /** Of the headers of one part. */
  maxHeaderBytes: number;
}

const CR = 0x0d;
const LF = 0x0a;
const DASH = 0x2d;
/** RFC 2046, a boundary with what is around it in a Content-Type. */
const BOUNDARY = /;\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))\s*(?:;|$)/i;
/** Sticky: where a parameter does not follow, the header is not read further. */
const PARAMETER = /\s*;\s*([\w*-]{1,40})=(?:"((?:[^"\\]|\\[^])*)"|([^\s;"]*))/y;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * The parts of a `multipart/form-data` body that has been read whole, in one pass. Not the platform's `formData()`: it
 * takes a body that breaks off for a whole one, keeps 500,000 parts for 3 s of one core, and copies each file twice (seen on
 * Deno 2.9.6).
 *
 * @throws {ServiceError} invalid_request: the body is not such a form, or breaks a limit
 */
export function multipartParts(
  body: Uint8Array,
  contentType: string,
  { maxParts, maxHeaderBytes }: MultipartLimits,
): FormPart[] {
  const [, quoted, plain] = BOUNDARY.exec(contentType) ?? [];
  const boundary = quoted ?? plain;
  if (boundary === undefined) throw notAForm("its Content-Type names no boundary of 1 to 70 characters");
  const delimiter = encoder.encode(`\r\n--${boundary}`);
  const parts: FormPart[] = [];
  // The first delimiter has no line break before it where nothing comes before it.
  let at = startsWith(body, delimiter.subarray(2), 0) ? delimiter.length - 2 : afterNext(body, delimiter, 0);
  for (;;) {
    if (at < 0) throw notAForm("its boundary does not come");
    if (body[at] === DASH && body[at + 1] === DASH) return parts;
    while (body[at] === 0x20 || body[at] === 0x09) at++;
    if (body[at] !== CR || body[at + 1] !== LF) throw notAForm("a boundary is not followed by a line break");
    if (parts.length === maxParts) throw notAForm(`it has more than ${maxParts} parts`);
    const headersAt = at + 2;
    const bodyAt = endOfHeaders(body, headersAt, maxHeaderBytes);
    at = afterNext(body, delimiter, bodyAt - 2); // an empty part's line break is that of its headers
    if (at < 0) throw notAForm("it ends before its last boundary");
    const endAt = Math.max(bodyAt, at - delimiter.length);
    parts.push({
      ...described(decoder.decode(body.subarray(headersAt, bodyAt - 4))),
      bytes: body.subarray(bodyAt, endAt),
    });
  }
}

/**
 * Where what follows the next delimiter begins; -1 where there is none. Linear: a delimiter has no CR but its first byte, so
 * what has been compared is not compared again.
 */
function afterNext(body: Uint8Array, delimiter: Uint8Array, from: number): number {
  for (let at = body.indexOf(CR, from); at >= 0; at = body.indexOf(CR, at + 1)) {
    if (startsWith(body, delimiter, at)) return at + delimiter.length;
  }
  return -1;
}

function startsWith(body: Uint8Array, with_: Uint8Array, at: number): boolean {
  for (let i = 0; i < with_.length; i++) {
    if (body[at + i] !== with_[i]) return false;
  }
  return true;
}

/** Where the part's body begins: after its headers and the empty line. */
function endOfHeaders(body: Uint8Array, from: number, maxBytes: number): number {
  const until = Math.min(body.length, from + maxBytes);
  for (let at = body.indexOf(CR, from); at >= 0 && at < until; at = body.indexOf(CR, at + 1)) {
    if (body[at + 1] === LF && body[at + 2] === CR && body[at + 3] === LF) return at + 4;
  }
  throw notAForm(
    until < body.length
      ? `the headers of a part are longer than ${maxBytes} bytes`
      : "it ends within the headers of a part",
  );
}

function described(headers: string): Omit<FormPart, "bytes"> {
  let name: string | undefined;
  let fileName: string | undefined;
  let contentType: string | undefined;
  for (const line of headers.split("\r\n")) {
    const colon = line.indexOf(":");
    const value = line.slice(colon + 1).trim();
    switch (line.slice(0, Math.max(0, colon)).toLowerCase()) {
      case "content-disposition": {
        const parameters = parametersOf(value);
        name = parameters.get("name");
        fileName = parameters.get("filename");
        break;
      }
      case "content-type":
        contentType = value;
    }
  }
  if (name === undefined) throw notAForm("a part has no name");
  return { name, fileName, contentType };
}

function parametersOf(disposition: string): Map<string, string> {
  const parameters = new Map<string, string>();
  PARAMETER.lastIndex = /^[^;]*/.exec(disposition)![0].length;
  for (let match; (match = PARAMETER.exec(disposition)) !== null;) {
    const [, name, quoted, plain] = match;
    parameters.set(name!.toLowerCase(), quoted?.replaceAll(/\\(["\\])/g, "$1") ?? plain!);
  }
  return parameters;
}

function notAForm(why: string): ServiceError {
  return new ServiceError("invalid_request", `The body is not a whole multipart/form-data form: ${why}`, {
    fields: [{ path: "", message: why }],
  });
}
