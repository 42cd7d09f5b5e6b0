import { escapeXml, type Ground, type Way } from "./ground.ts";
import { batchOf } from "./scraping.ts";
import type { Vector } from "../vectors.ts";

const RENDERED = { render: "always", timeout_ms: 60_000 };
/** As many at once as the browser has places, twice: the wait for one counts as time of the scrape. */
const AT_ONCE = { max_concurrent: 4 };

/** A page that asks for every URL by all that asks without a click. */
function greedyPage(vectors: readonly Vector[]): string {
  const urls = vectors.map(({ url }) => url);
  const tags = urls.map(escapeXml).map((url) =>
    `<img src="${url}"><script async src="${url}"></script><link rel="stylesheet" href="${url}"><link rel="preload" as="fetch" href="${url}">`
  );
  const script = `for (const url of ${JSON.stringify(urls).replaceAll("<", "\\u003c")}) {
    fetch(url, { mode: "no-cors" }).catch(() => {});
    try { navigator.sendBeacon(url, "x"); } catch {}
    try { new WebSocket(url.replace(/^http/i, "ws")); } catch {}
    try { new EventSource(url); } catch {}
  }`;
  return `<title>greedy</title><p>greedy</p><script>${script}</script>${tags.join("\n")}`;
}

async function render({ service }: Ground, url: string): Promise<void> {
  const { status, body } = await service.json("/api/scrape", {
    method: "POST",
    body: JSON.stringify({ url, ...RENDERED, screenshot: true, deadline_ms: 90_000 }),
  });
  if (status !== 200) throw new Error(`the page was not rendered: ${JSON.stringify(body).slice(0, 500)}`);
}

/** What the browser is led to. The pages of good URLs lead it on to loopback, so their ends say nothing. */
export const RENDERING: readonly Way[] = [
  {
    name: "a page in the browser",
    reaches: true,
    tellsRefused: false,
    run: async (ground, vectors) => {
      const ends = await batchOf(ground, vectors, ({ url }) => url, { ...RENDERED, ...AT_ONCE });
      for (const { id, expect } of vectors) if (expect === "allow") ends.delete(id);
      return ends;
    },
  },
  {
    name: "what a page in the browser loads",
    reaches: true,
    tellsRefused: false,
    run: async (ground, vectors) => {
      const page = { headers: { "content-type": "text/html; charset=utf-8" }, body: greedyPage(vectors) };
      ground.canary.pages.set("greedy.entry.test/", page);
      await render(ground, "http://greedy.entry.test/");
      return new Map();
    },
  },
];
