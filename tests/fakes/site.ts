/** A web site on loopback for tests: paths to answers, every request counted. */
export interface Site extends AsyncDisposable {
  readonly url: string;
  /** `127.0.0.1:<port>`, as ALLOW_PRIVATE_HOSTS wants it. */
  readonly host: string;
  /** Requests so far, by path. */
  readonly hits: Map<string, number>;
  /** Most requests that were open at one time. */
  maxOpen(): number;
}

export type Answer = string | Response | ((request: Request) => Response | Promise<Response>);

export function startSite(pages: Record<string, Answer>, fallback?: Answer): Site {
  const hits = new Map<string, number>();
  let open = 0;
  let maxOpen = 0;
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    const { pathname } = new URL(request.url);
    hits.set(pathname, (hits.get(pathname) ?? 0) + 1);
    maxOpen = Math.max(maxOpen, ++open);
    try {
      const answer = pages[pathname] ?? fallback;
      if (answer === undefined) return new Response("no such page", { status: 404 });
      if (typeof answer === "function") return await answer(request);
      if (answer instanceof Response) return answer.clone();
      return new Response(answer, { headers: { "content-type": "text/html; charset=utf-8" } });
    } finally {
      open--;
    }
  });
  const { port } = server.addr;
  return {
    url: `http://127.0.0.1:${port}`,
    host: `127.0.0.1:${port}`,
    hits,
    maxOpen: () => maxOpen,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** A page with enough prose that its main content is beyond doubt. */
export function articlePage(title: string, extra = ""): string {
  const paragraph =
    `This is the page called ${title}. It tells in plain words what the instrument does, how it is set up, ` +
    "and what to try when it stays silent, so that a support agent can answer without calling anyone.";
  return `<!doctype html><html lang="en"><head><title>${title}</title></head><body><article><h1>${title}</h1>` +
    `<p>${paragraph}</p><p>${paragraph}</p>${extra}</article></body></html>`;
}
