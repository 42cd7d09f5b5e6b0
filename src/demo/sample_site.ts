export interface SampleSite extends AsyncDisposable {
  /** `127.0.0.1:<port>` */
  readonly host: string;
  readonly urls: string[];
}

const PAGES = new URL("./pages/", import.meta.url);

/** Serves the sample pages of this folder on loopback; `port` 0 (the default) is a free one. */
export async function serveSamplePages({ port = 0 } = {}): Promise<SampleSite> {
  const pages = new Map<string, string>();
  for await (const entry of Deno.readDir(PAGES)) {
    if (entry.name.endsWith(".html")) {
      pages.set(`/${entry.name}`, await Deno.readTextFile(new URL(entry.name, PAGES)));
    }
  }
  const server = Deno.serve({ hostname: "127.0.0.1", port, onListen: () => {} }, (request) => {
    const page = pages.get(new URL(request.url).pathname);
    if (page === undefined) return new Response("no such page", { status: 404 });
    return new Response(page, { headers: { "content-type": "text/html; charset=utf-8" } });
  });
  const host = `127.0.0.1:${server.addr.port}`;
  return {
    host,
    urls: [...pages.keys()].sort().map((path) => `http://${host}${path}`),
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}
