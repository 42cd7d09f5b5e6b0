import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { TaskError } from "../../platform/errors.ts";
import { bareHost } from "../../platform/host_exceptions.ts";
import { isPublicAddress } from "../../platform/public_address.ts";
import { checkUrl, type UrlRules } from "../../platform/url_rules.ts";
import type { HopRequest } from "../port.ts";
import { fetchFailure } from "./fetch_failure.ts";
import { GrowingBytes } from "./growing_bytes.ts";

const MAX_HEADERS = 100;
const MAX_HEADER_CHARS = 8192;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const DECODED: ReadonlySet<string> = new Set(["", "identity", "gzip", "x-gzip", "br"]);

/** Headers that are the client's business, not the caller's. */
const OWN_HEADERS: ReadonlySet<string> = new Set([
  "accept-encoding",
  "connection",
  "content-length",
  "expect",
  "host",
  "keep-alive",
  "proxy-authorization",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "user-agent",
]);

export interface HopSettings {
  rules: UrlRules;
  userAgent: string;
  /** Off for the child that reaches nothing but the operator's exceptions, by literal host. */
  guardAddresses: boolean;
  client?: Deno.HttpClient;
}

export interface FetchedHop {
  status: number;
  headers: Record<string, string>;
  redirectTo?: string;
  /** Decoded; absent for a redirect, for an answer that has none and where none was asked for. */
  body?: Uint8Array;
}

/** One guarded request. Redirects are reported, not followed. @throws {TaskError} */
export async function fetchHop(
  request: HopRequest,
  settings: HopSettings,
  signal: AbortSignal,
): Promise<FetchedHop> {
  const url = checkUrl(request.url, settings.rules);
  if (settings.guardAddresses) await checkAddresses(bareHost(url), signal);
  try {
    const response = await fetch(url, {
      method: request.method ?? "GET",
      headers: requestHeaders(request, settings.userAgent),
      body: request.body,
      redirect: "manual",
      signal,
      client: settings.client,
    });
    return await readHop(response, url, request);
  } catch (error) {
    signal.throwIfAborted();
    throw fetchFailure(error);
  }
}

/** Every answer of DNS must be public: one bad address in the set and the name is refused. */
async function checkAddresses(host: string, signal: AbortSignal): Promise<void> {
  const addresses = isIP(host) === 0 ? await resolve(host, signal) : [host];
  const bad = addresses.find((address) => !isPublicAddress(address));
  if (bad !== undefined) {
    throw new TaskError(
      "blocked_address",
      `Cannot fetch this URL as "${host}" leads to ${bad}, which is not public`,
    );
  }
  if (!addresses.some((address) => isIP(address) === 4)) {
    throw new TaskError("connect", `"${host}" has IPv6 addresses only, and pages are fetched over IPv4`, {
      retryable: false,
    });
  }
}

async function resolve(host: string, signal: AbortSignal): Promise<string[]> {
  const aborted = Promise.withResolvers<never>();
  const onAbort = () => aborted.reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    const answers = await Promise.race([lookup(host, { all: true }), aborted.promise]);
    if (answers.length === 0) throw new Error("no address");
    return answers.map(({ address }) => address);
  } catch (error) {
    signal.throwIfAborted();
    throw new TaskError("dns", `Cannot resolve "${host}"`, { cause: error });
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

function requestHeaders(request: HopRequest, userAgent: string): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers ?? {})) {
    if (!OWN_HEADERS.has(name.toLowerCase())) headers.set(name, value);
  }
  headers.set("user-agent", userAgent);
  headers.set("accept-encoding", "gzip, br");
  return headers;
}

async function readHop(response: Response, url: URL, request: HopRequest): Promise<FetchedHop> {
  const { status } = response;
  const redirectTo = REDIRECTS.has(status) ? locationOf(response, url) : undefined;
  const hop = { status, headers: responseHeaders(response.headers), redirectTo };
  const encoding = (response.headers.get("content-encoding") ?? "").trim().toLowerCase();
  if (redirectTo !== undefined || response.body === null || request.maxBytes === 0) {
    await response.body?.cancel();
    return hop;
  }
  if (!DECODED.has(encoding)) {
    await response.body.cancel();
    // Deno passes "gzip, gzip" and "zstd" on as they came.
    throw new TaskError("unsupported_content", `Cannot decode a body of encoding "${encoding.slice(0, 60)}"`);
  }
  return { ...hop, body: await readBody(response.body, request) };
}

/** The decoded bytes, counted as they come: a `Content-Length` is a claim and a gzip bomb is small. */
async function readBody(
  stream: ReadableStream<Uint8Array>,
  { maxBytes, truncate = false }: HopRequest,
): Promise<Uint8Array> {
  const body = new GrowingBytes();
  for await (const part of stream) {
    body.push(part);
    if (body.length <= maxBytes) continue;
    if (truncate) return body.take(maxBytes); // leaving the loop cancels the stream
    throw new TaskError("too_large", `The body is larger than ${maxBytes} bytes`);
  }
  return body.take();
}

function locationOf(response: Response, url: URL): string | undefined {
  const location = response.headers.get("location");
  // `new URL("///host", base)` throws here where a browser reads two slashes.
  const text = location?.trim().replace(/^[/\\]{2,}/, "//");
  if (text === undefined || !URL.canParse(text, url)) return undefined;
  const target = new URL(text, url);
  if (target.hash === "" && url.hash !== "") target.hash = url.hash;
  return target.href.length <= 8192 ? target.href : undefined;
}

function responseHeaders(headers: Headers): Record<string, string> {
  const out: Record<string, string> = {};
  let count = 0;
  for (const [name, value] of headers) {
    // The body is handed on decoded, so these two would lie.
    if (name === "content-encoding" || name === "content-length") continue;
    if (name === "__proto__" || value.length > MAX_HEADER_CHARS) continue;
    if (++count > MAX_HEADERS) break;
    out[name] = value;
  }
  return out;
}
