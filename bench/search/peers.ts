/** MiniSearch and Orama on the same chunks and queries, in memory on Node, as they ship. */
import { nodePeer } from "../lib/node_peer.ts";
import { number, quantile } from "../lib/stats.ts";
import { type Query, scoreOf } from "./scores.ts";

export interface ChunkRow {
  id: string;
  /** What its corpus names. */
  page: string;
  title: string;
  headings: string;
  text: string;
}

interface PeerRun {
  indexS: number;
  timesMs: number[];
  hits: { id: string; hits: string[] }[];
}

/** Chunks of a query: ten different pages are among them. */
const LIMIT = 60;

export async function comparePeers(
  set: string,
  corpus: string,
  chunks: readonly ChunkRow[],
  queries: readonly Query[],
): Promise<void> {
  const pageOf = new Map(chunks.map(({ id, page }) => [id, page]));
  const folder = await Deno.makeTempDir({ prefix: "tutti-bench-peers-" });
  try {
    const settings = { chunks: `${folder}/chunks.jsonl`, queries: `${folder}/queries.jsonl`, limit: LIMIT };
    const write = (path: string, rows: readonly object[]) =>
      Deno.writeTextFile(path, rows.map((row) => JSON.stringify(row)).join("\n"));
    await write(settings.chunks, chunks);
    await write(settings.queries, queries);
    for (const peer of ["minisearch", "orama"]) {
      const run = await nodePeer<PeerRun>("search/search_peer.mjs", peer, settings, { timeoutMs: 900_000 });
      const hits = new Map(
        run.hits.map(({ id, hits }) => [id, [...new Set(hits.map((chunk) => pageOf.get(chunk)!))]]),
      );
      console.log(
        `     ${peer}: ${await scoreOf(set, corpus, hits)}; one query at a time p50 ${
          number(quantile(run.timesMs, 0.5))
        } ` +
          `ms, p95 ${number(quantile(run.timesMs, 0.95))} ms; ${chunks.length} chunks indexed in ${
            number(run.indexS)
          } s`,
      );
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
