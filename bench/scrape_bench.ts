/**
 * The service beside what a user would crawl with instead, in one run on loopback: Crawlee (storage on disk) and Scrapy on
 * the 1,169 pages of a manual, a plain script of linkedom, Readability and turndown on pages of the web. Each in a
 * process of its own, in turns; the site is a process too.
 *
 * Debian packages: `nodejs` (20 or newer), `npm`, `python3-scrapy`; the manual (`postgresql-doc-15`) is downloaded and
 * unpacked where it is not installed. Settings (environment): `BENCH_SCRAPE` names the parts (`manual,corpus`),
 * `BENCH_ROUNDS` (3), `BENCH_PEERS_DIR` a folder in which the peers' npm packages stay for the next run, `TUTTI_CORPUS` a
 * folder with `articles.jsonl` and `products.jsonl`: without it `corpus` is left out.
 */
import { removeNodePeers } from "./lib/node_peer.ts";
import { benchCorpus } from "./scrape/corpus.ts";
import { benchManual } from "./scrape/manual.ts";

const PAGES_AT_ONCE = 32;

export async function benchScrape(): Promise<void> {
  const parts = Deno.env.get("BENCH_SCRAPE")?.split(",") ?? ["manual", "corpus"];
  const unknown = parts.filter((part) => part !== "manual" && part !== "corpus");
  if (unknown.length > 0) {
    throw new Error(`BENCH_SCRAPE names ${unknown.join(", ")}: there are manual, corpus`);
  }
  const rounds = Number(Deno.env.get("BENCH_ROUNDS") ?? 3);
  const corpus = Deno.env.get("TUTTI_CORPUS");
  try {
    if (parts.includes("manual")) await benchManual(rounds, PAGES_AT_ONCE);
    if (parts.includes("corpus")) {
      if (corpus === undefined) {
        console.log("left out: the pages of the web, as TUTTI_CORPUS names no folder");
      } else await benchCorpus(corpus, rounds, PAGES_AT_ONCE);
    }
  } finally {
    await removeNodePeers();
  }
}

if (import.meta.main) await benchScrape();
