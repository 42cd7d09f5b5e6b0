/** What indexing costs beside Chroma's own share of it. */
import { number, printRatios } from "../lib/stats.ts";
import type { SeedTexts } from "./synthetic_text.ts";
import { TextMill } from "./synthetic_text.ts";
import { chromaAlone, indexByThread } from "./threads.ts";

const SECTIONS = 50;
const MOST = 1.2;

export async function benchIndexing(
  seeds: SeedTexts,
  options: { chunks: number; rounds: number },
): Promise<void> {
  const mill = new TextMill(seeds);
  const documents = Array.from({ length: Math.ceil(options.chunks / SECTIONS) }, (_, i) => ({
    ...mill.document(i, SECTIONS),
    source: "upload" as const,
    fetchedMs: 1_700_000_000_000,
  }));
  const rates: Record<"ours" | "alone" | "bare", number[]> = { ours: [], alone: [], bare: [] };
  let count = 0;
  for (let round = 0; round < options.rounds; round++) {
    const { chunks, firstS } = await indexByThread(documents);
    count = chunks.length;
    rates.ours.push(count / firstS);
    rates.alone.push(count / await chromaAlone(chunks, { withTexts: true }));
    rates.bare.push(count / await chromaAlone(chunks, { withTexts: false }));
  }
  printRatios(`Indexing ${number(count)} chunks beside what Chroma alone takes for the same vectors`, [
    {
      what: "words and vectors, beside Chroma with the passages in it",
      ours: rates.ours,
      peer: rates.alone,
      unit: "chunks/s",
      target: 1 / MOST,
    },
    {
      what: "the same, beside Chroma with bare vectors and metadata",
      ours: rates.ours,
      peer: rates.bare,
      unit: "chunks/s",
      target: 1 / MOST,
    },
  ]);
}
