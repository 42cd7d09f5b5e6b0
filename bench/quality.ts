import { extractPage } from "../src/scraping/extract/mod.ts";
import { parseRobots } from "../src/scraping/robots.ts";
import { isAllowed } from "../src/scraping/robots.ts";
import type { ExtractedPage } from "../src/sandbox/port.ts";

/**
 * Runs a corpus of real pages through the extractor and scores it with the corpus' own scorer.
 *
 *     deno run -P=bench bench/quality.ts CORPUS_DIR [articles|products|robots ...]     (or TUTTI_CORPUS=CORPUS_DIR)
 *
 * The folder holds `articles.jsonl`, `products.jsonl`, `robots.jsonl` (`html` names a gzip file beside the list) and
 * `score.ts`. Predictions are written to a temporary folder, named at the end, for a look at what went wrong.
 */
interface CorpusRow {
  id: string;
  url: string;
  html: string;
  robots_b64: string;
  ua: string;
}

const [folderArgument, ...setArguments] = Deno.args;
const corpus = folderArgument ?? Deno.env.get("TUTTI_CORPUS");
if (!corpus) {
  console.error("usage: deno run -P=bench bench/quality.ts CORPUS_DIR [articles|products|robots ...]");
  Deno.exit(2);
}
const sets = setArguments.length > 0 ? setArguments : ["articles", "products", "robots"];
const outDir = await Deno.makeTempDir({ prefix: "tutti-quality-" });

for (const set of sets) {
  const rows = (await Deno.readTextFile(`${corpus}/${set}.jsonl`)).split("\n").filter(Boolean)
    .map((line) => JSON.parse(line) as CorpusRow);
  const lines: string[] = [];
  let ms = 0;
  for (const row of rows) {
    if (set === "robots") {
      const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(
        Uint8Array.fromBase64(row.robots_b64),
      );
      lines.push(JSON.stringify({ id: row.id, allowed: isAllowed(parseRobots(text, row.ua), row.url) }));
      continue;
    }
    const bytes = await gunzip(`${corpus}/${row.html}`);
    const started = performance.now();
    const page = await extractPage(bytes, {
      url: row.url,
      contentType: "text/html",
      formats: ["markdown", "links", "metadata", "product"],
    });
    ms += performance.now() - started;
    lines.push(
      JSON.stringify(set === "articles" ? { id: row.id, text: page.markdown } : prediction(row.id, page)),
    );
  }
  const out = `${outDir}/${set}.jsonl`;
  await Deno.writeTextFile(out, lines.join("\n") + "\n");
  const score = await new Deno.Command(Deno.execPath(), {
    args: ["run", `--allow-read=${corpus},${outDir}`, `${corpus}/score.ts`, set, out, "--md"],
    stdout: "piped",
    stderr: "inherit",
  }).output();
  console.log(new TextDecoder().decode(score.stdout).trim());
  if (ms > 0) console.log(`${set}: ${(rows.length * 1000 / ms).toFixed(1)} pages/s on one core`);
}
console.log(`predictions: ${outDir}`);

function prediction(id: string, page: ExtractedPage): Record<string, unknown> {
  const { product } = page;
  return {
    id,
    price: product?.price?.value,
    sku: product?.sku?.value,
    availability: product?.availability?.value,
    all: product,
  };
}

async function gunzip(path: string): Promise<Uint8Array> {
  const stream = (await Deno.open(path)).readable.pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
