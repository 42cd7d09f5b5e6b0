/** Product and article pages of the web: pages a second and core, and memory with many pages at once. */
import { printBound, printRatios } from "../lib/stats.ts";
import { batch, startOurs } from "./ours.ts";
import { plainScript } from "./peers.ts";
import { cpuS, peakMemoryMb } from "./process_tree.ts";
import { corpusFolder, startSite } from "./site.ts";

/** What the plain script gives: the article's Markdown, and what the page says of itself. */
const ARTICLE = ["markdown", "metadata"];
/** What a scrape gives when nobody says what is wanted. */
const DEFAULTS = ["markdown", "links", "metadata", "product"];
/** Each page so often: the start-up of parsers and compilers is no part of the question. */
const PASSES = 3;
const PAGES_AT_ONCE = 64;
const MOST_MB = 600;

export async function benchCorpus(corpus: string, rounds: number, concurrency: number): Promise<void> {
  const { folder, names } = await corpusFolder(corpus);
  try {
    await using site = await startSite(folder);
    const urls = Array.from(
      { length: PASSES },
      (_, pass) => names.map((name) => `${site.origin}/${name}?pass=${pass}`),
    ).flat();
    const plain: number[] = [];
    const byFormats = { article: [] as number[], defaults: [] as number[] };
    const memory: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const script = await plainScript(folder, PASSES);
      plain.push(script.pages / script.cpuS);
      if (round === 0 && script.failed > 0) {
        console.log(`     ${script.failed} of ${script.pages} pages fail in the plain script`);
      }
      for (const [name, formats] of [["article", ARTICLE], ["defaults", DEFAULTS]] as const) {
        await using service = await startOurs(site.origin, concurrency);
        const before = await cpuS(service.pid);
        const { pages } = await batch(service, urls, { concurrency, formats, mayFail: true });
        byFormats[name].push(pages / (await cpuS(service.pid) - before));
        if (pages < urls.length) {
          console.log(`     ${urls.length - pages} of ${urls.length} pages failed here`);
        }
      }
      await using service = await startOurs(site.origin, PAGES_AT_ONCE);
      const options = { concurrency: PAGES_AT_ONCE, formats: DEFAULTS, mayFail: true };
      memory.push(await peakMemoryMb(service.pid, async () => void await batch(service, urls, options)));
    }
    const row = (what: string, ours: number[], target: number) => ({
      what,
      ours,
      peer: plain,
      unit: "pages/s per core",
      target,
    });
    printRatios(`${names.length} product and article pages beside linkedom + Readability + turndown`, [
      row("Markdown and metadata, over HTTP, isolated", byFormats.article, 1),
      row("Markdown, links, metadata and product", byFormats.defaults, 1),
    ]);
    printBound(`memory of all processes, ${PAGES_AT_ONCE} pages at once`, memory, "MB", MOST_MB);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
