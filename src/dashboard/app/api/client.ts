import { offlineProblem, Problem, problemOf } from "./problem.ts";
import { signedOut } from "./session.ts";

export interface CallOptions {
  /** Sent as JSON. */
  json?: unknown;
  /** Sent as it is, with its own content type. */
  body?: BodyInit;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

/**
 * Asks the service; resolves to the JSON it answers (undefined for an empty answer).
 * @throws {Problem} it answered with one, or could not be reached
 */
export async function call<T>(method: string, path: string, options: CallOptions = {}): Promise<T> {
  const headers: Record<string, string> = { accept: "application/json", ...options.headers };
  if (options.json !== undefined) headers["content-type"] = "application/json";
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      headers,
      body: options.json === undefined ? options.body : JSON.stringify(options.json),
      signal: options.signal,
      credentials: "same-origin",
    });
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw offlineProblem();
  }
  if (!response.ok) {
    const problem = await problemOf(response);
    if (problem.status === 401) signedOut();
    throw problem;
  }
  if (response.status === 204) return undefined as T;
  const text = await response.text();
  return (text === "" ? undefined : JSON.parse(text)) as T;
}

/** `call` by method. Paths are those of the API; a query is made by `withQuery`. */
export const api = {
  get: <T>(path: string, options?: CallOptions): Promise<T> => call<T>("GET", path, options),
  post: <T>(path: string, json?: unknown, options?: CallOptions): Promise<T> =>
    call<T>("POST", path, { json, ...options }),
  patch: <T>(path: string, json: unknown, options?: CallOptions): Promise<T> =>
    call<T>("PATCH", path, { json, ...options }),
  put: <T>(path: string, json: unknown, options?: CallOptions): Promise<T> =>
    call<T>("PUT", path, { json, ...options }),
  delete: <T>(path: string, options?: CallOptions): Promise<T> => call<T>("DELETE", path, options),
};

/** A path with those parameters that have a value. */
export function withQuery(
  path: string,
  query: Record<string, string | number | boolean | undefined>,
): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== "") params.set(name, String(value));
  }
  const text = params.toString();
  return text === "" ? path : `${path}?${text}`;
}

/** A problem of anything thrown. */
export function asProblem(thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown;
  return new Problem({
    status: 0,
    code: "page",
    title: "The page failed",
    detail: thrown instanceof Error ? thrown.message : String(thrown),
  });
}
