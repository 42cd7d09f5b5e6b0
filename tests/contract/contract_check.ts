import { assertEquals } from "@std/assert";
import { createHttpApp } from "../../src/http/mod.ts";
import { fakeHttpDeps } from "../fakes/fake_http_deps.ts";
import { ApiDocument } from "./api_document.ts";

let document: Promise<ApiDocument> | undefined;

/** The document of this source tree: no service is asked for its own, which would count as a request of the test. */
function apiDocument(): Promise<ApiDocument> {
  return document ??= (async () => {
    const info = { remoteAddr: { transport: "tcp", hostname: "127.0.0.1", port: 50_000 } };
    const response = await createHttpApp(fakeHttpDeps()).request("/openapi.json", {}, info as never);
    return new ApiDocument(await response.json());
  })();
}

/** Reads the document now: a test that measures how long an answer takes must not measure that. */
export async function readyToCheck(): Promise<void> {
  await apiDocument();
}

/**
 * Fails with the route and each fault where an answer departs from the document: status, content type, headers, and a
 * JSON body against its schema, a field that the document does not name included. A stream is judged by its head.
 *
 * Prism as a checking proxy would do this from outside, for any language; but it would stand in the way of the streams and
 * broken connections that these tests are about, and a field that no schema names is no fault to JSON Schema.
 *
 * What no document can list is let pass: an unknown path, a known one with another method (refused, for that or for want
 * of a key), 499, which a caller who has gone never hears.
 *
 * @param headOnly paths of the document to judge by the head: their bodies are the test's own, handed on as they are
 * @returns the answer, its body not read yet
 */
export async function checked(
  request: { method?: string; url: string },
  response: Response,
  headOnly: readonly string[] = [],
): Promise<Response> {
  const method = (request.method ?? "GET").toUpperCase();
  const { pathname } = new URL(request.url, "http://localhost");
  const api = await apiDocument();
  const pattern = api.patternOf(pathname);
  if (pattern === undefined || response.status === 405 || response.status === 499) return response;
  const documented = method === "HEAD" ? "GET" : method;
  if (!api.has(documented, pattern) && response.status >= 400 && response.status < 500) return response;
  const isWhole = method !== "HEAD" && isJson(response) && !(response.ok && headOnly.includes(pattern));
  const text = isWhole ? await response.clone().text() : undefined;
  const faults = api.faults(documented, pattern, response, text);
  const where = `${method} ${pattern} -> ${response.status} is not as in /openapi.json`;
  assertEquals(faults, [], `${where}: ${text?.slice(0, 1000) ?? ""}`);
  return response;
}

/** JSON that ends: ndjson may go on for as long as somebody reads. */
function isJson({ headers }: Response): boolean {
  return /^application\/(problem\+)?json\b/.test(headers.get("content-type") ?? "");
}

type Fetch = (input: Request, ...rest: never[]) => Response | Promise<Response>;

/** A handler whose every answer is `checked`. */
export function checkedFetch<F>(handler: F, headOnly?: readonly string[]): F {
  const call = handler as Fetch;
  const fetch: Fetch = async (request, ...rest) =>
    await checked(request, await call(request, ...rest), headOnly);
  return fetch as F;
}

const origins = new Set<string>();
const plainFetch = globalThis.fetch;

/** From now on, what `fetch` brings from this origin is checked, until the returned function is called. */
export function checkOrigin(url: string): () => void {
  const { origin } = new URL(url);
  origins.add(origin);
  globalThis.fetch = fetchAndCheck;
  return () => {
    origins.delete(origin);
    if (origins.size === 0) globalThis.fetch = plainFetch;
  };
}

async function fetchAndCheck(input: string | URL | Request, init?: RequestInit): Promise<Response> {
  const response = await plainFetch(input, init);
  const url = input instanceof Request ? input.url : String(input);
  if (!origins.has(new URL(url).origin)) return response;
  const method = init?.method ?? (input instanceof Request ? input.method : "GET");
  return await checked({ method, url: response.url || url }, response);
}
