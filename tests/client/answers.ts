/** A service that answers what it is told to, one answer after another; the last one goes on. */
export interface Scripted {
  fetch: typeof globalThis.fetch;
  readonly requests: Request[];
}

export type Scene = (request: Request) => Response | Promise<Response>;

export function scripted(...scenes: Scene[]): Scripted {
  const requests: Request[] = [];
  return {
    requests,
    fetch: async (input, init) => {
      const request = new Request(input, init);
      requests.push(request);
      return await scenes[Math.min(requests.length, scenes.length) - 1]!(request);
    },
  };
}

export const json = (body: unknown, init: ResponseInit = {}): Scene => () => Response.json(body, init);

export const problem = (status: number, code: string, headers: Record<string, string> = {}): Scene => () =>
  Response.json({ type: "t", title: "Title", status, code, detail: "What happened", request_id: "req_1" }, {
    status,
    headers: { "content-type": "application/problem+json", ...headers },
  });

export const broken: Scene = () => {
  throw new TypeError("connection reset");
};

/** A body in pieces; with `breaks` it ends as a connection does that is cut. */
export function stream(pieces: (string | Uint8Array<ArrayBuffer>)[], { breaks = false } = {}): Scene {
  return () =>
    new Response(
      new ReadableStream<Uint8Array<ArrayBuffer>>({
        pull: (controller) => {
          const piece = pieces.shift();
          if (piece !== undefined) {
            controller.enqueue(typeof piece === "string" ? new TextEncoder().encode(piece) : piece);
          } else if (breaks) controller.error(new TypeError("connection reset"));
          else controller.close();
        },
      }, { highWaterMark: 0 }),
    );
}
