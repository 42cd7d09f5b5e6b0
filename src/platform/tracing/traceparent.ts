/** Where a span stands, as it crosses processes. */
export interface SpanPlace {
  /** 32 hex digits. */
  traceId: string;
  /** 16 hex digits. */
  spanId: string;
  /** Bit 0: the trace is recorded. */
  traceFlags: number;
}

const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;
const NOTHING = /^0+$/;

/** Reads a W3C `traceparent` of version 00; undefined where it is none. */
export function readTraceparent(text: string): SpanPlace | undefined {
  const [, traceId, spanId, flags] = TRACEPARENT.exec(text) ?? [];
  if (traceId === undefined || spanId === undefined || NOTHING.test(traceId) || NOTHING.test(spanId)) {
    return undefined;
  }
  return { traceId, spanId, traceFlags: parseInt(flags!, 16) };
}

export function writeTraceparent({ traceId, spanId, traceFlags }: SpanPlace): string {
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, "0")}`;
}
