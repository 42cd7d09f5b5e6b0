/**
 * Search as it is used: the service in a process of its own with a real Chroma, over HTTP on loopback; beside what Chroma
 * alone takes, and MiniSearch and Orama (in memory, on Node) on the same chunks.
 *
 * Debian packages: `nodejs` (20 or newer), `npm`; the manual (`postgresql-doc-15`) is downloaded and unpacked where it is
 * not installed. Settings (environment): `BENCH_SEARCH` names the parts (`load,indexing,manual,hebrew`), `BENCH_ROUNDS`
 * (3), `BENCH_CHUNKS` (100000) of the load, `BENCH_PEERS_DIR` a folder in which the peers' npm packages stay for the next
 * run, `TUTTI_CORPUS` a folder with `search-en`, `search-he` and `score.ts`: without it quality is left out.
 */
import { removeNodePeers } from "./lib/node_peer.ts";
import { benchIndexing } from "./search/indexing.ts";
import { benchLoad } from "./search/load.ts";
import { benchHebrew, benchManual } from "./search/manual.ts";
import { seedTexts } from "./search/seeds.ts";

const PARTS = ["manual", "hebrew", "indexing", "load"];
const QUERIES = 2000;
/** Enough for Chroma to merge its files several times, few enough for as many rounds as wanted. */
const INDEXING_CHUNKS = 6000;

export async function benchSearch(): Promise<void> {
  const parts = Deno.env.get("BENCH_SEARCH")?.split(",") ?? PARTS;
  const unknown = parts.filter((part) => !PARTS.includes(part));
  if (unknown.length > 0) {
    throw new Error(`BENCH_SEARCH names ${unknown.join(", ")}: there are ${PARTS.join(", ")}`);
  }
  const rounds = Number(Deno.env.get("BENCH_ROUNDS") ?? 3);
  const corpus = Deno.env.get("TUTTI_CORPUS");
  if (corpus === undefined) console.log("left out: quality, as TUTTI_CORPUS names no folder");
  try {
    if (parts.includes("manual")) await benchManual(corpus, rounds);
    if (parts.includes("hebrew") && corpus !== undefined) await benchHebrew(corpus);
    const seeds = await seedTexts(corpus);
    if (parts.includes("indexing")) await benchIndexing(seeds, { chunks: INDEXING_CHUNKS, rounds });
    if (parts.includes("load")) {
      await benchLoad(seeds, {
        chunks: Number(Deno.env.get("BENCH_CHUNKS") ?? 100_000),
        queries: QUERIES,
        rounds,
      });
    }
  } finally {
    await removeNodePeers();
  }
}

if (import.meta.main) await benchSearch();
