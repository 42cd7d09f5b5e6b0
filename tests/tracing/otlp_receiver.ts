/** A span as it was received. */
export interface ReceivedSpan {
  traceId: string;
  spanId: string;
  /** Empty for one without. */
  parentSpanId: string;
  name: string;
  /** OTLP: 1 internal, 2 server, 3 client, 4 producer, 5 consumer. */
  kind: number;
  startMs: number;
  endMs: number;
  attributes: Record<string, string | number | boolean>;
  /** OTLP: 2 for an error. */
  statusCode: number;
  resource: Record<string, string | number | boolean>;
}

/** What takes traces over OTLP/HTTP as a collector does, on a free port of loopback. JSON only. */
export interface OtlpReceiver extends AsyncDisposable {
  readonly url: string;
  readonly spans: readonly ReceivedSpan[];
  /** Resolves once what has come satisfies `done`. */
  until(
    done: (spans: readonly ReceivedSpan[]) => boolean,
    timeoutMs?: number,
  ): Promise<readonly ReceivedSpan[]>;
  /** The variables that have a Deno send here. */
  readonly env: Record<string, string>;
}

type Wire = { stringValue?: string; intValue?: string | number; doubleValue?: number; boolValue?: boolean };
interface WireSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: number;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes?: { key: string; value: Wire }[];
  status?: { code?: number };
}
interface WireRequest {
  resourceSpans: {
    resource?: { attributes?: WireSpan["attributes"] };
    scopeSpans: { spans: WireSpan[] }[];
  }[];
}

export function startOtlpReceiver(): OtlpReceiver {
  const spans: ReceivedSpan[] = [];
  let arrived = Promise.withResolvers<void>();
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    const text = await request.text();
    if (new URL(request.url).pathname === "/v1/traces") {
      if (request.headers.get("content-type") !== "application/json") {
        return new Response(null, { status: 415 });
      }
      for (const { resource, scopeSpans } of (JSON.parse(text) as WireRequest).resourceSpans) {
        for (const span of scopeSpans.flatMap(({ spans }) => spans)) spans.push(received(span, resource));
      }
      arrived.resolve();
      arrived = Promise.withResolvers<void>();
    }
    return new Response("{}", { headers: { "content-type": "application/json" } });
  });
  const url = `http://127.0.0.1:${server.addr.port}`;
  return {
    url,
    spans,
    env: {
      OTEL_DENO: "true",
      OTEL_EXPORTER_OTLP_ENDPOINT: url,
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_SERVICE_NAME: "tutti-under-test",
      OTEL_BSP_SCHEDULE_DELAY: "100",
    },
    async until(done, timeoutMs = 20_000) {
      const late = Promise.withResolvers<never>();
      const timer = setTimeout(
        () => late.reject(new Error(`not in time; there came:\n${told(spans)}`)),
        timeoutMs,
      );
      try {
        while (!done(spans)) await Promise.race([arrived.promise, late.promise]);
      } finally {
        clearTimeout(timer);
      }
      return spans;
    },
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

function received(span: WireSpan, resource: WireRequest["resourceSpans"][0]["resource"]): ReceivedSpan {
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    parentSpanId: span.parentSpanId ?? "",
    name: span.name,
    kind: span.kind,
    startMs: Number(BigInt(span.startTimeUnixNano) / 1000n) / 1000,
    endMs: Number(BigInt(span.endTimeUnixNano) / 1000n) / 1000,
    attributes: plain(span.attributes),
    statusCode: span.status?.code ?? 0,
    resource: plain(resource?.attributes),
  };
}

function plain(attributes: WireSpan["attributes"] = []): Record<string, string | number | boolean> {
  return Object.fromEntries(attributes.map(({ key, value }) => [
    key,
    value.stringValue ?? value.boolValue ?? Number(value.intValue ?? value.doubleValue),
  ]));
}

/** For people: one line a span, in the order they came. */
export function told(spans: readonly ReceivedSpan[]): string {
  return spans.map(({ traceId, spanId, parentSpanId, name, attributes }) =>
    `${traceId.slice(0, 6)} ${parentSpanId.slice(0, 6) || "------"} > ${spanId.slice(0, 6)} ${name} ${
      JSON.stringify(attributes)
    }`
  ).join("\n");
}
