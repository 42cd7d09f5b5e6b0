import { assert, assertEquals, assertMatch } from "@std/assert";
import { type ServiceProcess, type ServiceProcessOptions, startService } from "../e2e/service_process.ts";
import { ApiDocument } from "./api_document.ts";

export interface Answer<T> {
  status: number;
  headers: Headers;
  text: string;
  body: T;
}

export interface Call extends Omit<RequestInit, "body"> {
  /** Sent as JSON with its content type. */
  json?: unknown;
  body?: BodyInit;
  /** Asserted, where given. */
  expect?: number;
}

/** A problem document, as the contract has it. */
export interface ProblemBody {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  request_id: string;
  errors?: { path: string; message: string }[];
}

// deno-lint-ignore no-explicit-any -- answers are judged by the document, and read here as a client would
export type Json = any;

/**
 * A client that trusts nothing: every answer must have a request id, keep to the service's own document (route, method,
 * status, content type, schema, and no field the document does not name), and every error must be a problem document.
 */
export class Judge implements AsyncDisposable {
  readonly service: ServiceProcess;
  readonly document: ApiDocument;
  /** `GET /health 200` for every answer there was. */
  readonly seen = new Set<string>();
  readonly #headers: HeadersInit;

  private constructor(service: ServiceProcess, document: ApiDocument, headers: HeadersInit) {
    this.service = service;
    this.document = document;
    this.#headers = headers;
  }

  static async start(options: ServiceProcessOptions & { headers?: HeadersInit } = {}): Promise<Judge> {
    return await Judge.of(await startService(options), options.headers);
  }

  /** A judge of a service that runs already. */
  static async of(service: ServiceProcess, headers: HeadersInit = {}): Promise<Judge> {
    const response = await fetch(`${service.url}/openapi.json`);
    assertEquals(response.status, 200);
    return new Judge(service, new ApiDocument(await response.json()), headers);
  }

  async call<T = Json>(route: string, { json, expect, ...init }: Call = {}): Promise<Answer<T>> {
    const [method, path] = route.split(" ") as [string, string];
    const headers = new Headers(this.#headers);
    new Headers(init.headers).forEach((value, name) => headers.set(name, value));
    if (json !== undefined) {
      init.body = JSON.stringify(json);
      if (!headers.has("content-type")) headers.set("content-type", "application/json");
    }
    const response = await fetch(this.service.url + path, { ...init, method, headers });
    const text = await response.text();
    const where = `${route} ${init.body ?? ""} -> ${response.status} ${text.slice(0, 2000)}`;

    assertMatch(response.headers.get("x-request-id") ?? "", /^[A-Za-z0-9._-]{1,128}$/, where);
    assertEquals(response.headers.get("x-content-type-options"), "nosniff", where);
    const isProbe = response.status === 503 && path.startsWith("/health"); // it says how the service is, in its own form
    if (response.status >= 400 && !isProbe) assertProblem(response, text, where);
    const pattern = this.document.patternOf(path.split("?")[0]!);
    // A route that is not there cannot be in the document; its problem document was judged above.
    if (pattern !== undefined && response.status !== 405) {
      this.seen.add(`${method} ${pattern} ${response.status}`);
      assertEquals(this.document.faults(method, pattern, response, text), [], where);
    } else {
      assert(response.status === 404 || response.status === 405 || response.status === 401, where);
    }
    if (expect !== undefined) assertEquals(response.status, expect, where);
    const isJson = /\bjson\b/.test(response.headers.get("content-type") ?? "");
    return {
      status: response.status,
      headers: response.headers,
      text,
      body: (isJson ? JSON.parse(text) : text) as T,
    };
  }

  /** Expects a problem with this code, and returns it. */
  async refused(route: string, status: number, code: string, call: Call = {}): Promise<ProblemBody> {
    const { body } = await this.call<ProblemBody>(route, { ...call, expect: status });
    assertEquals(body.code, code, JSON.stringify(body));
    return body;
  }

  /** The task once it has ended. */
  async ended(taskId: string): Promise<Json> {
    const { body } = await this.call(`GET /api/tasks/${taskId}?wait_s=60`, { expect: 200 });
    assert(["completed", "failed", "cancelled"].includes(body.status), JSON.stringify(body));
    return body;
  }

  /** What `path` answers once `holds` says so of it; asked again until then, for 30 s. */
  async until(path: string, holds: (body: Json) => boolean): Promise<Json> {
    const endMs = performance.now() + 30_000;
    for (;;) {
      const { body, text } = await this.call(`GET ${path}`, { expect: 200 });
      if (holds(body)) return body;
      assert(performance.now() < endMs, `${path} still answers ${text}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Of these routes, as `GET /health`, those that have not answered well yet. */
  unanswered(routes: readonly string[]): string[] {
    const well = new Set(
      [...this.seen].filter((each) => / 2\d\d$/.test(each)).map((each) => each.slice(0, -4)),
    );
    return routes.filter((route) => !well.has(route));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.service[Symbol.asyncDispose]();
  }
}

function assertProblem(response: Response, text: string, where: string): void {
  assertEquals(response.headers.get("content-type"), "application/problem+json", where);
  const problem: ProblemBody = JSON.parse(text);
  assertEquals(problem.status, response.status, where);
  assertEquals(problem.request_id, response.headers.get("x-request-id"), where);
  assertEquals(problem.type, `urn:tutti:problem:${problem.code}`, where);
  for (const field of ["title", "detail"] as const) {
    assert(typeof problem[field] === "string" && problem[field].length > 3, where);
  }
  assert(!/\.ts:\d|node_modules|at \w+ \(/.test(text), `a stack or a path of ours: ${where}`);
}

/** The names of an object, in order, to compare with what the contract lists. */
export function fieldsOf(value: Record<string, unknown>): string[] {
  return Object.keys(value).toSorted();
}
