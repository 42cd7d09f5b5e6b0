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
  const home = homePage([...pages.keys()].sort());
  const server = Deno.serve({ hostname: "127.0.0.1", port, onListen: () => {} }, (request) => {
    const { pathname } = new URL(request.url);
    const page = pathname === "/" || pathname === "/index.html" ? home : pages.get(pathname);
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

/** Links to all pages: where a crawl of the site begins. */
function homePage(paths: string[]): string {
  const links = paths.map((path) => `<li><a href="${path}">${path.slice(1, -".html".length)}</a></li>`);
  return `<!doctype html><html lang="en"><head><title>Sample Music</title></head>` +
    `<body><main><h1>Sample Music</h1><ul>${links.join("")}</ul></main></body></html>`;
}
