/** The 1,169 pages of a manual crawled into the index, again unchanged, searched by what its own index names. */
import type { ServiceProcess } from "../../tests/e2e/service_process.ts";
import { median, number, printRatios } from "../lib/stats.ts";
import { manualFolder, startSite } from "../scrape/site.ts";
import { type ChunkRow, comparePeers } from "./peers.ts";
import { handIn, search, settled, startSearching } from "./service.ts";
import { printScore, readQueries } from "./scores.ts";
import { indexByThread } from "./threads.ts";

const PAGES = 1169;
const AT_ONCE = 32;
const AGAIN = 20;
const CLIENTS = 4;
const PLACES = 10;

export async function benchManual(corpus: string | undefined, rounds: number): Promise<void> {
  await using site = await startSite(await manualFolder());
  await using service = await startSearching({ ALLOW_PRIVATE_HOSTS: new URL(site.origin).host });
  const first = await crawl(service, site.origin);
  const again = [];
  for (let round = 0; round < rounds; round++) again.push(await crawl(service, site.origin));
  printRatios(`${number(PAGES)} pages of a manual crawled and indexed over HTTP, then again unchanged`, [
    {
      what: "crawled and indexed again",
      ours: median(again),
      peer: first,
      unit: "s",
      target: 5,
      lessIsBetter: true,
    },
  ]);

  const pages = await documentsOf(service);
  const documents = pages.map(({ document_id, url, title, markdown }) => ({
    documentId: document_id,
    source: "scrape" as const,
    url,
    title,
    markdown,
    fetchedMs: Date.now(),
  }));
  const times = [];
  for (let round = 0; round < rounds; round++) times.push(await indexByThread(documents));
  printRatios(`The same ${number(documents.length)} texts by the index alone, first and unchanged`, [{
    what: "indexed again",
    ours: times.map(({ againS }) => againS),
    peer: times.map(({ firstS }) => firstS),
    unit: "s",
    target: AGAIN,
    lessIsBetter: true,
  }]);
  if (corpus === undefined) return;
  const nameOf = (url = "") => new URL(url).pathname.slice(1);
  const queries = await readQueries(corpus, "search-en");
  const hits = await askAll(service, queries, (answer) => (answer.pages ?? []).map(({ url }) => nameOf(url)));
  console.log("\nQuality over HTTP, nDCG@10 by the corpus' own scorer:");
  await printScore("search-en", corpus, hits, 0.8);
  await comparePeers("search-en", corpus, chunkRows(pages, ({ url }) => nameOf(url)), queries);
}

/** Hebrew paragraphs handed in as they are. */
export async function benchHebrew(corpus: string): Promise<void> {
  await using service = await startSearching();
  const texts = (await Deno.readTextFile(`${corpus}/search-he/corpus.jsonl`)).split("\n").filter(Boolean)
    .map((line) => JSON.parse(line) as { id: string; title: string; text: string });
  const given = await handIn(
    service,
    texts.map(({ id, title, text }) => ({ document_id: id, title, text, lang: "he" })),
  );
  await settled(service);
  const nameOf = (id: string) => given.get(id)?.document_id ?? id;
  const queries = await readQueries(corpus, "search-he");
  const hits = await askAll(
    service,
    queries,
    (answer) => (answer.pages ?? []).map(({ document_id: id }) => nameOf(id)),
  );
  await printScore("search-he", corpus, hits, 0.92);
  const pages = await documentsOf(service);
  await comparePeers("search-he", corpus, chunkRows(pages, ({ document_id: id }) => nameOf(id)), queries);
}

/** Seconds from the request to the last vector. @throws {Error} a page failed */
async function crawl(service: ServiceProcess, origin: string): Promise<number> {
  const begun = performance.now();
  const { status, body } = await service.json<{ crawl_id: string }>("/api/crawl", {
    method: "POST",
    body: JSON.stringify({
      start_urls: [`${origin}/index.html`],
      max_depth: 100,
      max_concurrent: AT_ONCE,
      site: "manual",
      index: true,
    }),
  });
  if (status !== 202) throw new Error(`POST /api/crawl answered ${status}: ${JSON.stringify(body)}`);
  await settled(service);
  const { body: state } = await service.json<{ status: string; counts: Record<string, number> }>(
    `/api/crawl/${body.crawl_id}`,
  );
  if (state.status !== "completed" || state.counts.failed! > 0) {
    throw new Error(`the crawl did not go well: ${JSON.stringify(state)}`);
  }
  return (performance.now() - begun) / 1000;
}

async function askAll(
  service: ServiceProcess,
  queries: readonly { id: string; text: string }[],
  idsOf: (answer: Awaited<ReturnType<typeof search>>) => string[],
): Promise<Map<string, string[]>> {
  const hits = new Map<string, string[]>();
  let next = 0;
  await Promise.all(Array.from({ length: CLIENTS }, async () => {
    while (next < queries.length) {
      const { id, text } = queries[next++]!;
      hits.set(id, idsOf(await search(service, { query: text, k: PLACES, group_by: "page" })));
    }
  }));
  return hits;
}

interface WholeDocument {
  document_id: string;
  url?: string;
  title?: string;
  markdown: string;
  passages: { chunk_id: string; text: string; heading_path: string[] }[];
}

async function documentsOf(service: ServiceProcess): Promise<WholeDocument[]> {
  const documents: WholeDocument[] = [];
  for (let next: string | null = "/api/documents?limit=200"; next;) {
    const page: { documents: { document_id: string }[]; next: string | null } =
      (await service.json<typeof page>(next)).body;
    for (const { document_id: id } of page.documents) {
      documents.push((await service.json<WholeDocument>(`/api/documents/${id}`)).body);
    }
    next = page.next;
  }
  return documents;
}

/** A peer's result is a chunk; `pageOf` names the page it counts for. */
function chunkRows(
  documents: readonly WholeDocument[],
  pageOf: (document: WholeDocument) => string,
): ChunkRow[] {
  return documents.flatMap((document) =>
    document.passages.map(({ chunk_id: id, text, heading_path: path }) => ({
      id,
      page: pageOf(document),
      title: document.title ?? "",
      headings: path.join(" "),
      text,
    }))
  );
}
