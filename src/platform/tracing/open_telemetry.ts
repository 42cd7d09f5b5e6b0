import type * as Api from "@opentelemetry/api";
import { type Span, type SpanAttributes, type SpanOptions, type Tracer, useTracer } from "./tracer.ts";
import { readTraceparent, writeTraceparent } from "./traceparent.ts";

/** Where OpenTelemetry's API finds what carries it out. Deno puts its own there, started with OTEL_DENO=true. */
const REGISTRY = Symbol.for("opentelemetry.js.api.1");

/**
 * Makes `tracer()` answer where Deno was started with `OTEL_DENO=true`; else it does nothing and loads nothing. Neither
 * environment nor network permission is asked for: the variables are read and the spans sent by Deno itself. To be
 * awaited while an isolate starts, before its work begins.
 */
export async function startTracing(): Promise<void> {
  if (!isTracing()) return;
  useTracer(new OpenTelemetryTracer(await import("@opentelemetry/api")));
}

/** Whether Deno was started with traces. */
export function isTracing(): boolean {
  const registry = (globalThis as Record<symbol, unknown>)[REGISTRY];
  return (registry as { trace?: unknown } | undefined)?.trace !== undefined;
}

class OpenTelemetryTracer implements Tracer {
  readonly #api: typeof Api;
  readonly #tracer: Api.Tracer;
  readonly #kinds: Record<NonNullable<SpanOptions["kind"]>, Api.SpanKind>;

  constructor(api: typeof Api) {
    this.#api = api;
    this.#tracer = api.trace.getTracer("tutti");
    const { INTERNAL, CLIENT, PRODUCER, CONSUMER } = api.SpanKind;
    this.#kinds = { internal: INTERNAL, client: CLIENT, producer: PRODUCER, consumer: CONSUMER };
  }

  start(name: string, { kind = "internal", parent, startMs, attributes }: SpanOptions = {}): Span {
    const span = this.#tracer.startSpan(name, {
      kind: this.#kinds[kind],
      startTime: startMs,
      attributes: attributes === undefined ? undefined : present(attributes),
    }, this.#contextOf(parent));
    return new OpenTelemetrySpan(this.#api, span);
  }

  active(): Span | undefined {
    const span = this.#api.trace.getActiveSpan();
    return span === undefined ? undefined : new OpenTelemetrySpan(this.#api, span);
  }

  #contextOf(parent: string | null | undefined): Api.Context {
    const { context, trace, ROOT_CONTEXT } = this.#api;
    if (parent === undefined) return context.active();
    const place = parent === null ? undefined : readTraceparent(parent);
    if (place === undefined) return ROOT_CONTEXT;
    return trace.setSpanContext(ROOT_CONTEXT, { ...place, isRemote: true });
  }
}

class OpenTelemetrySpan implements Span {
  readonly #api: typeof Api;
  readonly #span: Api.Span;

  constructor(api: typeof Api, span: Api.Span) {
    this.#api = api;
    this.#span = span;
  }

  get traceparent(): string {
    return writeTraceparent(this.#span.spanContext());
  }

  get traceId(): string {
    return this.#span.spanContext().traceId;
  }

  get recording(): boolean {
    return this.#span.isRecording();
  }

  rename(name: string): void {
    this.#span.updateName(name);
  }

  set(attributes: SpanAttributes): void {
    for (const name in attributes) {
      const value = attributes[name];
      if (value !== undefined) this.#span.setAttribute(name, value);
    }
  }

  fail(errorType: string): void {
    this.#span.setAttribute("error.type", errorType);
    this.#span.setStatus({ code: this.#api.SpanStatusCode.ERROR, message: errorType });
  }

  end(endMs?: number): void {
    this.#span.end(endMs);
  }

  run<T>(work: () => T): T {
    const { context, trace } = this.#api;
    return context.with(trace.setSpan(context.active(), this.#span), work);
  }
}

function present(attributes: SpanAttributes): Record<string, string | number | boolean> {
  const out: Record<string, string | number | boolean> = {};
  for (const [name, value] of Object.entries(attributes)) if (value !== undefined) out[name] = value;
  return out;
}
