/** What a stub was asked. */
export interface ChatCall {
  model: string;
  messages: { role: string; content: string }[];
  stream: boolean;
  max_tokens?: number;
  max_completion_tokens?: number;
  stream_options?: unknown;
  temperature?: number;
  authorization: string | null;
  path: string;
}

export interface ChatStub extends AsyncDisposable {
  url: string;
  calls: ChatCall[];
}

/** A server of OpenAI's `/chat/completions` on loopback. */
export function serveChat(
  answer: (call: ChatCall, no: number, request: Request) => Response | Promise<Response>,
): ChatStub {
  const calls: ChatCall[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    const call = {
      ...await request.json(),
      authorization: request.headers.get("authorization"),
      path: new URL(request.url).pathname,
    };
    calls.push(call);
    return await answer(call, calls.length, request);
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}/v1`,
    calls,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** The events of an answer said in these words, as OpenAI writes them. */
export function chatEvents(words: readonly string[], options: { end?: boolean } = {}): string {
  const event = (value: unknown) => `data: ${JSON.stringify(value)}\n\n`;
  const chunk = (delta: unknown, finish_reason: string | null = null) =>
    event({
      object: "chat.completion.chunk",
      model: "stub-1",
      choices: [{ index: 0, delta, finish_reason }],
    });
  const said = chunk({ role: "assistant", content: "" }) +
    words.map((content) => chunk({ content })).join("");
  if (options.end === false) return said;
  return said + chunk({}, "stop") +
    event({ model: "stub-1", choices: [], usage: { prompt_tokens: 12, completion_tokens: 3 } }) +
    "data: [DONE]\n\n";
}

/** A streamed answer, its bytes cut every `size` bytes. */
export function streamOf(text: string, size = Infinity): Response {
  const bytes = new TextEncoder().encode(text);
  let at = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (at >= bytes.length) return controller.close();
      controller.enqueue(bytes.slice(at, Math.min(at + size, bytes.length)));
      at += size;
    },
  });
  return new Response(body, { headers: { "content-type": "text/event-stream; charset=utf-8" } });
}
