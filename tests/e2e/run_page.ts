import { assert, assertEquals } from "@std/assert";

/** One `$ curl ...` line of the README and the answer printed below it. */
interface Example {
  command: string;
  shown: string;
}

const ROOT = new URL("../../", import.meta.url);

/** What the service makes up and later lines name again. */
const IDS = ["batch_id", "crawl_id", "task_id", "document_id"];

/** Values, the first of each, that are what their line is there to show. */
const TELLING = ["from_cache", "cached", "degraded", "paused", "code"].map((key) =>
  new RegExp(`"${key}":(\\w+|"\\w+")`)
);

function examplesOf(markdown: string): Example[] {
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
export async function runPage(
  page: string,
  least: number,
  translate: (text: string) => string,
  afterEach: () => Promise<void> = () => Promise.resolve(),
): Promise<void> {
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
    for (const telling of TELLING) {
      const value = telling.exec(shown)?.[1];
      if (value !== undefined) {
        assertEquals(telling.exec(answer)?.[1], value, `${command}\nanswered ${answer}`);
      }
    }
    for (const [its, here] of idsOf(shown, answer)) ids.set(its, here);
    await afterEach();
  }
}
