/**
 * A folder of HTML pages as a fast site: all of it in memory, with ETag and Last-Modified, 304 to who asks with either.
 * A process of its own. Prints its origin; `/-/counts` tells how often it answered what.
 *
 *   deno run --allow-read --allow-net site_server.ts FOLDER
 */
const LAST_MODIFIED = "Tue, 02 Jan 2024 03:04:05 GMT";

interface Page {
  body: Uint8Array<ArrayBuffer>;
  etag: string;
}

const folder = Deno.args[0]!;
const pages = new Map<string, Page>();
for await (const entry of Deno.readDir(folder)) {
  if (!entry.isFile || !entry.name.endsWith(".html")) continue;
  const body = await Deno.readFile(`${folder}/${entry.name}`);
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-1", body));
  pages.set(`/${entry.name}`, { body, etag: `"${hash.toHex()}"` });
}

const counts: Record<string, number> = { "200": 0, "304": 0, "404": 0 };

function reply(status: 200 | 304 | 404, page?: Page): Response {
  counts[status]!++;
  if (page === undefined) return new Response("not here", { status });
  const { body, etag } = page;
  return new Response(status === 200 ? body : null, {
    status,
    headers: {
      "content-type": "text/html",
      etag,
      "last-modified": LAST_MODIFIED,
    },
  });
}

Deno.serve({
  hostname: "127.0.0.1",
  port: 0,
  onListen: ({ port }) => console.log(`http://127.0.0.1:${port}`),
}, (request) => {
  const { pathname } = new URL(request.url);
  if (pathname === "/-/counts") return Response.json(counts);
  const page = pages.get(pathname === "/" ? "/index.html" : pathname);
  if (page === undefined) return reply(404);
  const { headers } = request;
  const known = headers.get("if-none-match")?.includes(page.etag) ??
    headers.get("if-modified-since") === LAST_MODIFIED;
  return reply(known ? 304 : 200, page);
});
