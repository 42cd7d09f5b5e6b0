/** What a stub was asked. */
export interface EmbeddingsCall {
  model: string;
  input: string[];
  encoding_format?: string;
  authorization: string | null;
  path: string;
}

export interface EmbeddingsStub extends AsyncDisposable {
  /** Base, as a setting has it. */
  url: string;
  calls: EmbeddingsCall[];
}

type Answer = Response | undefined | Promise<Response | undefined>;

/** Three numbers a text: what it is made of can be told from them. */
export function vectorOf(text: string): number[] {
  return [text.length, text.charCodeAt(0) % 100 + 1, 1];
}

/** The answer of a well-behaved server, in the encoding asked for. */
export function embeddingsAnswer(call: EmbeddingsCall, vectors = call.input.map(vectorOf)): Response {
  const embedding = (vector: number[]) =>
    call.encoding_format === "base64" ? new Uint8Array(Float32Array.from(vector).buffer).toBase64() : vector;
  return Response.json({
    object: "list",
    model: call.model,
    // Out of order: `index` says whose they are.
    data: vectors.map((vector, index) => ({ object: "embedding", index, embedding: embedding(vector) }))
      .reverse(),
    usage: { prompt_tokens: 1, total_tokens: 1 },
  });
}

/** A server of OpenAI's `/embeddings` on loopback; `answer` undefined, or undefined of it: as it should be. */
export function serveEmbeddings(
  answer: (call: EmbeddingsCall, no: number, request: Request) => Answer = () => undefined,
): EmbeddingsStub {
  const calls: EmbeddingsCall[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    const call = {
      ...await request.json(),
      authorization: request.headers.get("authorization"),
      path: new URL(request.url).pathname,
    };
    calls.push(call);
    return await answer(call, calls.length, request) ?? embeddingsAnswer(call);
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}/v1`,
    calls,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}
