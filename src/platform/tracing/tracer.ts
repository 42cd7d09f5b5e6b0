/** Values of attributes; undefined ones are left out. */
export type SpanAttributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** What a span is to the other end of what it stands for, in OpenTelemetry's words. */
export type SpanKind = "internal" | "client" | "producer" | "consumer";

export interface SpanOptions {
  /** @default "internal" */
  kind?: SpanKind;
  /** W3C `traceparent` of the parent; null: none. @default the span that is active */
  parent?: string | null;
  /** Unix milliseconds. @default now */
  startMs?: number;
  attributes?: SpanAttributes;
}

/** One piece of work in a trace. */
export interface Span {
  /** W3C `traceparent`, for whoever goes on with the work. */
  readonly traceparent: string;
  readonly traceId: string;
  /** False for one that is not kept (a sampler's choice): what is said of it reaches nobody. */
  readonly recording: boolean;
  rename(name: string): void;
  /** Each name once: Deno's spans keep both values of a name that is set twice. */
  set(attributes: SpanAttributes): void;
  /** It failed. `errorType`: a stable code, of a closed set. */
  fail(errorType: string): void;
  /** @param endMs unix milliseconds @default now */
  end(endMs?: number): void;
  /** Calls `work` with this span as the active one, also for what it awaits. */
  run<T>(work: () => T): T;
}

export interface Tracer {
  start(name: string, options?: SpanOptions): Span;
  /** The span that is active here. */
  active(): Span | undefined;
}

let current: Tracer | undefined;

/**
 * What spans are made with; undefined where nobody asked for traces, and then whoever asks makes nothing: no span, no
 * attributes, no promise. Of this isolate, set once while it starts.
 */
export function tracer(): Tracer | undefined {
  return current;
}

/** Sets what `tracer()` answers. */
export function useTracer(made: Tracer | undefined): void {
  current = made;
}
