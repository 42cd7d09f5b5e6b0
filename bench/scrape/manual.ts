/** The 1,169 pages of the PostgreSQL manual, crawled from their index, everybody in turns. */
import { number, printRatios, spread } from "../lib/stats.ts";
import { crawl, type CrawlTime, startOurs } from "./ours.ts";
import { crawlee, scrapy } from "./peers.ts";
import { manualFolder, startSite } from "./site.ts";

const PAGES = 1169;
const TEXT = ["text", "links"];
const MARKDOWN = ["markdown", "links", "metadata"];

export async function benchManual(rounds: number, concurrency: number): Promise<void> {
  await using site = await startSite(await manualFolder());
  const start = `${site.origin}/index.html`;
  const rates: Record<string, number[]> = {};
  const keep = (name: string, { pages, seconds }: CrawlTime) => {
    // the start page may be fetched twice (Scrapy does not look for it among the ones it has seen)
    if (pages < PAGES || pages > PAGES + 1) throw new Error(`${name} had ${pages} pages of ${PAGES}`);
    (rates[name] ??= []).push(pages / seconds);
  };
  for (let round = 0; round < rounds; round++) {
    keep("Crawlee, text", await crawlee(start, { concurrency, markdown: false }));
    keep("Scrapy, text", await scrapy(start, { concurrency }));
    keep("Crawlee, Markdown", await crawlee(start, { concurrency, markdown: true }));
    for (const [what, formats] of [["text", TEXT], ["Markdown", MARKDOWN]] as const) {
      await using service = await startOurs(site.origin, concurrency);
      const options = { concurrency, formats, site: "manual" };
      keep(`ours, ${what}`, await crawl(service, start, options));
      const before = await site.counts();
      keep(`ours, ${what} again`, await crawl(service, start, options));
      const after = await site.counts();
      const fetched = after["200"]! - before["200"]!;
      if (fetched > 0) console.log(`     the recrawl fetched ${fetched} pages whole`);
    }
  }

  console.log(`\n${number(PAGES)} pages of a manual, ${concurrency} at once, pages/s:`);
  for (const [name, values] of Object.entries(rates)) console.log(`     ${name}: ${spread(values)}`);
  const row = (ours: string, peer: string, target: number) => ({
    what: `${ours} / ${peer}`,
    ours: rates[ours]!,
    peer: rates[peer]!,
    unit: "pages/s",
    target,
  });
  printRatios("Crawling beside its peers, storage on disk everywhere", [
    row("ours, text", "Crawlee, text", 2),
    row("ours, text", "Scrapy, text", 1.5),
    row("ours, Markdown", "Crawlee, text", 1),
    row("ours, Markdown", "Crawlee, Markdown", 1),
    row("ours, text again", "ours, text", 5),
    row("ours, Markdown again", "ours, Markdown", 5),
  ]);
}
