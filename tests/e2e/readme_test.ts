import { assert, assertEquals } from "@std/assert";
import { serveSamplePages } from "../../src/demo/sample_site.ts";
import { lacks } from "../needs.ts";
import { CHROMA_LAUNCHER } from "../search/chroma_host.ts";
import { startService } from "./service_process.ts";

/** One `$ curl ...` line of the README and the answer printed below it. */
interface Example {
  command: string;
  shown: string;
}

const ROOT = new URL("../../", import.meta.url);

/** What the service makes up and later lines name again. */
const IDS = ["batch_id", "crawl_id", "task_id", "document_id"];

export function examplesOf(markdown: string): Example[] {
  return [...markdown.matchAll(/^```console\n([\s\S]*?)^```/gm)].flatMap(([, block]) =>
    block!.split(/^\$ /m).slice(1).map((part) => {
      const [command, ...answer] = part.split("\n");
      return { command: command!, shown: answer.join("\n").trim() };
    })
  );
}

/** Keys of the answer shown, before anything that was shortened. */
function keysOf(shown: string): string[] {
  return [...shown.matchAll(/"([a-z_]+)":/g)].map((match) => match[1]!);
}

/** An id of the page and what it is here. */
function idsOf(shown: string, answer: string): [string, string][] {
  return IDS.flatMap((key) => {
    const first = new RegExp(`"${key}":"([^"]+)"`);
    const ids = [shown, answer].map((text) => first.exec(text)?.[1]);
    return ids[0] === undefined || ids[1] === undefined ? [] : [[ids[0], ids[1]] as [string, string]];
  });
}

/** Runs the commands of a page one after another; each must answer what the page shows, as far as it shows it. */
async function runPage(page: string, least: number, translate: (text: string) => string): Promise<void> {
  const examples = examplesOf(await Deno.readTextFile(new URL(page, ROOT)));
  assert(examples.length >= least, `only ${examples.length} examples were found`);
  const ids = new Map<string, string>();
  for (const { command, shown } of examples) {
    let line = translate(command).replaceAll("curl ", "curl -s ");
    for (const [its, here] of ids) line = line.replaceAll(its, here);
    const { stdout, success } = await new Deno.Command("bash", { args: ["-c", line] }).output();
    const answer = new TextDecoder().decode(stdout);
    assert(success, command);
    const keys = new Set(keysOf(answer));
    assertEquals(keysOf(shown).filter((key) => !keys.has(key)), [], `${command}\nanswered ${answer}`);
    const status = /^\{[^{]*?"status":("?\w+"?)/;
    if (status.test(shown)) assertEquals(status.exec(answer)?.[1], status.exec(shown)![1], command);
    for (const [its, here] of idsOf(shown, answer)) ids.set(its, here);
  }
}

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
      );
    },
  });
}
