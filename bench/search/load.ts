/** Many chunks: how long they take to get in, and how fast they are searched by eight clients at once. */
import { memoryMb } from "../scrape/process_tree.ts";
import { number, printBound, quantile } from "../lib/stats.ts";
import type { ServiceProcess } from "../../tests/e2e/service_process.ts";
import { handIn, index, pause, search, settled, startSearching } from "./service.ts";
import { TextMill } from "./synthetic_text.ts";
import type { SeedTexts } from "./synthetic_text.ts";

const SECTIONS = 100;
const CLIENTS = 8;
const HYBRID_P50_MS = 15;
const HYBRID_P95_MS = 40;
const KEYWORD_P95_MS = 10;
const MOST_MB = 300;
/** Caches of SQLite, Chroma and the compiler fill first. */
const WARM_QUERIES = 400;

export async function benchLoad(
  seeds: SeedTexts,
  options: { chunks: number; queries: number; rounds: number },
): Promise<void> {
  const mill = new TextMill(seeds);
  await using service = await startSearching();
  const begun = performance.now();
  let made = 0;
  const documents = function* (upTo: number) {
    while (made < upTo) {
      const { documentId, title, markdown } = mill.document(made++, SECTIONS);
      yield { document_id: documentId, title, markdown };
    }
  };
  await handIn(service, documents(4));
  await settled(service);
  const perDocument = (await index(service)).chunks / made;
  await handIn(service, documents(Math.ceil(options.chunks / perDocument)));
  await settled(service);
  const seconds = (performance.now() - begun) / 1000;
  const { chunks } = await index(service);
  console.log(
    `\n${number(chunks)} chunks of ${made} documents handed in, read, indexed and their vectors written in ` +
      `${number(seconds)} s (${number(chunks / seconds)} chunks/s)`,
  );

  const times: Record<string, number[][]> = { hybrid: [], keyword: [] };
  let asked = 0;
  await ask(service, "hybrid", Array.from({ length: WARM_QUERIES }, () => mill.query(asked++)));
  for (let round = 0; round < options.rounds; round++) {
    for (const mode of ["hybrid", "keyword"]) {
      times[mode]!.push(
        await ask(service, mode, Array.from({ length: options.queries }, () => mill.query(asked++))),
      );
    }
  }
  const quantiles = (mode: string, share: number) => times[mode]!.map((round) => quantile(round, share));
  console.log(
    `${CLIENTS} clients, ${number(options.queries)} different queries a round, ${options.rounds} rounds:`,
  );
  printBound("hybrid p50", quantiles("hybrid", 0.5), "ms", HYBRID_P50_MS);
  printBound("hybrid p95", quantiles("hybrid", 0.95), "ms", HYBRID_P95_MS);
  printBound("keyword p95", quantiles("keyword", 0.95), "ms", KEYWORD_P95_MS);
  await pause(2000);
  const memory = await memoryMb(service.pid) - await memoryMb(await chromaPid(service));
  printBound("memory of the service's processes without Chroma", [memory], "MB", MOST_MB);
}

/** How long each query took, in ms. @throws {Error} one was answered by words alone */
async function ask(service: ServiceProcess, mode: string, queries: string[]): Promise<number[]> {
  const times: number[] = [];
  let next = 0;
  let degraded = 0;
  await Promise.all(Array.from({ length: CLIENTS }, async () => {
    while (next < queries.length) {
      const query = queries[next++]!;
      const begun = performance.now();
      const answer = await search(service, { query, mode, k: 10 });
      times.push(performance.now() - begun);
      if (answer.degraded) degraded++;
    }
  }));
  if (degraded > 0) console.log(`     ${degraded} of ${queries.length} ${mode} answers were by words alone`);
  return times;
}

async function chromaPid(service: ServiceProcess): Promise<number> {
  const text = await Deno.readTextFile(`${service.folder}/data/chroma/tutti.lock`);
  return (JSON.parse(text) as { server: number }).server;
}
