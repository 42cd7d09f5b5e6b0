import { type Span, type SpanAttributes, traced, tracer, urlAttribute } from "../platform/tracing/mod.ts";
import type {
  BodyRef,
  CallOptions,
  ExtractedPage,
  ExtractRequest,
  FetchOptions,
  HopRequest,
  HopResponse,
  ProcessTaskHost,
  ProcessTaskRequest,
  RobotsRules,
  Sandbox,
  SandboxStatus,
  Sitemap,
} from "./port.ts";

/**
 * A sandbox whose calls are spans. They are measured on this side: a child holds strangers' bytes, so it is given neither
 * a collector's address nor a way there, and what it asks of a site carries no trace.
 */
export class TracedSandbox implements Sandbox {
  readonly #inner: Sandbox;

  constructor(inner: Sandbox) {
    this.#inner = inner;
  }

  warm(): Promise<void> {
    return this.#inner.warm();
  }

  fetch(request: HopRequest, options: FetchOptions): Promise<HopResponse> {
    const method = request.method ?? "GET";
    const attributes = { "http.request.method": method, "url.full": urlAttribute(request.url) };
    const asking = tracer()?.active()?.traceparent;
    return traced(`fetch ${method}`, { kind: "client", attributes }, async (span) => {
      const response = await this.#inner.fetch(carried(request, span, asking), options);
      span?.set({
        "http.response.status_code": response.status,
        "http.response.body.size": response.sizeBytes,
      });
      if (response.extractMs !== undefined) parsedWithin(response.extractMs, response.sizeBytes);
      return response;
    });
  }

  extract(body: BodyRef, request: ExtractRequest, options: CallOptions): Promise<ExtractedPage> {
    return this.#parse(
      { "parse.what": "page", "body.size": body.sizeBytes },
      () => this.#inner.extract(body, request, options),
    );
  }

  robots(body: BodyRef, request: { agent: string }, options: CallOptions): Promise<RobotsRules> {
    return this.#parse(
      { "parse.what": "robots", "body.size": body.sizeBytes },
      () => this.#inner.robots(body, request, options),
    );
  }

  sitemap(body: BodyRef, request: { maxEntries: number }, options: CallOptions): Promise<Sitemap> {
    return this.#parse(
      { "parse.what": "sitemap", "body.size": body.sizeBytes },
      () => this.#inner.sitemap(body, request, options),
    );
  }

  put(bytes: Uint8Array, options: CallOptions): Promise<BodyRef> {
    return this.#inner.put(bytes, options);
  }

  readBody(body: BodyRef, options: CallOptions): Promise<Uint8Array> {
    return this.#inner.readBody(body, options);
  }

  drop(body: BodyRef): void {
    this.#inner.drop(body);
  }

  runTask(request: ProcessTaskRequest, host: ProcessTaskHost, options: CallOptions): Promise<string> {
    const attributes = { "task.id": request.taskId, "task.type": request.type };
    return traced(
      "process",
      { attributes },
      (span) =>
        this.#inner.runTask(
          request,
          span === undefined ? host : {
            ...host,
            // Called by what reads the child's words, which is in no trace.
            fetch: (url, init, signal) => span.run(() => host.fetch(url, init, signal)),
          },
          options,
        ),
    );
  }

  status(): SandboxStatus {
    return this.#inner.status();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#inner[Symbol.asyncDispose]();
  }

  #parse<T>(attributes: SpanAttributes, work: () => Promise<T>): Promise<T> {
    return traced("parse", { attributes }, work);
  }
}

/** A request that was given the trace on purpose (a webhook's) names the span of the request itself. */
function carried(request: HopRequest, span: Span | undefined, asking: string | undefined): HopRequest {
  if (span === undefined || asking === undefined || request.headers?.traceparent !== asking) return request;
  return { ...request, headers: { ...request.headers, traceparent: span.traceparent } };
}

/** The extraction that was part of a fetch and has just ended. */
function parsedWithin(extractMs: number, sizeBytes: number | undefined): void {
  const endMs = Date.now();
  tracer()?.start("parse", {
    startMs: endMs - extractMs,
    attributes: { "parse.what": "page", "body.size": sizeBytes },
  }).end(endMs);
}
