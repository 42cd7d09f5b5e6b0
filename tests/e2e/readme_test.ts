import { serveSamplePages } from "../../src/demo/sample_site.ts";
import { lacks } from "../needs.ts";
import { CHROMA_LAUNCHER } from "../search/chroma_host.ts";
import { runPage } from "./run_page.ts";
import { startService } from "./service_process.ts";

const ROOT = new URL("../../", import.meta.url);

Deno.test({
  name: "every line of the README's walk works and answers what is shown",
  ignore: lacks("bash", "curl"),
  fn: async () => {
    await using site = await serveSamplePages();
    await using service = await startService({ env: { ALLOW_PRIVATE_HOSTS: site.host } });
    await runPage(
      "README.md",
      12,
      (text) =>
        text.replaceAll("127.0.0.1:8081", site.host).replaceAll("localhost:8080", new URL(service.url).host),
    );
  },
});

Deno.test({
  name: "every line of docs/queue.md works and answers what is shown",
  ignore: lacks("bash", "curl"),
  fn: async () => {
    await using service = await startService();
    await runPage(
      "docs/queue.md",
      30,
      (text) => text.replaceAll("localhost:8080", new URL(service.url).host),
    );
  },
});

/** With search, which the others do without: it starts a Chroma where one can be had. */
const SEARCH = { CHROMA_URL: "", CHROMA_LAUNCHER: (CHROMA_LAUNCHER ?? []).join(" ") };

for (
  const [page, least, more] of [["docs/scraping.md", 10, {}], ["docs/brands.md", 3, {}], [
    "docs/search.md",
    8,
    SEARCH,
  ]] as const
) {
  Deno.test({
    name: `every line of ${page} works and answers what is shown`,
    ignore: lacks("bash", "curl"),
    fn: async () => {
      await using site = await serveSamplePages();
      const brands = await Deno.makeTempDir({ prefix: "tutti-readme-" });
      await using _brands = { [Symbol.asyncDispose]: () => Deno.remove(brands, { recursive: true }) };
      const profile = await Deno.readTextFile(new URL("docs/brands/sample-music.yaml", ROOT));
      await Deno.writeTextFile(
        `${brands}/sample-music.yaml`,
        profile.replaceAll("127.0.0.1:8081", site.host),
      );
      await using service = await startService({
        env: { ALLOW_PRIVATE_HOSTS: site.host, BRANDS_DIR: brands, ...more },
      });
      const here = new URL(service.url).host;
      await runPage(
        page,
        least,
        (text) => text.replaceAll("127.0.0.1:8081", site.host).replaceAll("localhost:8080", here),
        page === "docs/search.md" ? () => idle(service) : undefined,
      );
    },
  });
}

/** A person reads a moment before the next line: what is indexed in the background is indexed by then. */
async function idle(service: Awaited<ReturnType<typeof startService>>): Promise<void> {
  for (const endMs = Date.now() + 20_000; Date.now() < endMs;) {
    const { crawls } = (await service.json<{ crawls: { status: string }[] }>("/api/crawl")).body;
    const { counts } =
      (await service.json<{ counts: Record<string, number> }>("/api/tasks/queue/status")).body;
    const isCrawling = crawls.some(({ status }) => status === "running");
    if (!isCrawling && counts.queued! + counts.running! + counts.delayed! === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
