/** Traces by OpenTelemetry, where Deno was started with them; nothing at all where not. */
export { startTracing } from "./open_telemetry.ts";
export { rooted } from "./rooted.ts";
export { errorTypeOf, traced } from "./traced.ts";
export { type Span, type SpanAttributes, type SpanOptions, type Tracer, tracer } from "./tracer.ts";
export { urlAttribute } from "./url_attribute.ts";
