import { type Command, Option } from "commander";
import type { Answer, NewSearch, Passage } from "../../client/mod.ts";
import type { Output } from "../output.ts";
import { given, whole } from "../options.ts";
import type { Run, Session } from "../session.ts";
import { cleanText, oneLine } from "../text/plain.ts";

interface Options {
  k?: number;
  mode?: NewSearch["mode"];
  brand?: string;
  lang?: string;
}

/** `tutti search QUERY` */
export function searchCommand(program: Command, run: Run): void {
  program.command("search")
    .summary("find passages")
    .description("Finds passages of what was scraped and handed in, best first.")
    .argument("<query...>")
    .option("-k, --k <count>", "passages at most", whole(1, 100))
    .addOption(new Option("--mode <mode>", "how").choices(["hybrid", "keyword", "vector"]))
    .option("--brand <brand>", "only this brand's")
    .option("--lang <lang>", "only passages of this language: he, en, ...")
    .action(run(async ({ client, out, signal }, words: string[], options: Options) => {
      const { k, mode, brand, lang } = options;
      const query = words.join(" ");
      const answer = await client.search({ query, ...given({ k, mode, brand, lang }) }, { signal });
      if (out.isJson) return out.json(answer);
      if (answer.degraded) out.beside(`by words alone: ${answer.degraded_reason ?? "vectors are away"}`);
      if (answer.passages === undefined || answer.passages.length === 0) {
        return out.beside("Nothing was found");
      }
      answer.passages.forEach((passage, at) => out.lines(passageLines(passage, at + 1, out)));
    }));
}

function passageLines(passage: Passage, number: number, out: Output): string[] {
  const { paint } = out;
  const { title, heading_path, url, document_id, snippet } = passage;
  const head = [title, ...heading_path].filter((each) => each !== undefined && each !== "").map((each) =>
    out.apart(oneLine(each!))
  );
  return [
    `${paint("dim", `${number}.`)} ${paint("bold", head.join(" › ") || document_id)}`,
    `   ${paint("cyan", oneLine(url ?? document_id))}`,
    `   ${out.apart(snippetText(snippet, paint))}`,
  ];
}

const ENTITIES: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'", "#x27": "'" };

/** The snippet is HTML, with nothing in it but `<mark>` and entities. */
function snippetText(html: string, paint: Output["paint"]): string {
  const text = oneLine(html);
  return text.split(/(<mark>.*?<\/mark>)/g).map((part) => {
    const inner = part.replace(/^<mark>(.*)<\/mark>$/, "$1");
    const shown = oneLineKept(
      inner.replaceAll(/&(amp|lt|gt|quot|#39|#x27);/g, (_, name: string) => ENTITIES[name]!),
    );
    return inner === part ? shown : paint("bold", shown);
  }).join("");
}

function oneLineKept(text: string): string {
  return cleanText(text).replaceAll("\n", " ");
}

/** `tutti ask QUESTION` */
export function askCommand(program: Command, run: Run): void {
  program.command("ask")
    .summary("ask a question of the documents")
    .description("Answers out of what was scraped and handed in. Needs LLM_URL and LLM_MODEL at the service.")
    .argument("<question...>")
    .option("-k, --k <count>", "passages the model is shown", whole(1, 20))
    .option("--brand <brand>", "only this brand's")
    .option("--lang <lang>", "only passages of this language")
    .action(run(async (session, words: string[], { k, brand, lang }: Omit<Options, "mode">) => {
      const question = { question: words.join(" "), ...given({ k, brand, lang }) };
      const { client, out, signal } = session;
      if (out.isJson) return out.json(await client.ask(question, { signal }));
      await writeAnswer(session, question);
    }));
}

async function writeAnswer({ client, out, signal }: Session, question: { question: string }): Promise<void> {
  let written = "";
  for await (const { event, data } of client.askEvents(question, { signal })) {
    if (event === "text") {
      const piece = cleanText(data.text);
      written += piece;
      out.write(piece);
    } else if (event === "done") {
      if (written === "") out.write(cleanText(data.answer));
      out.write("\n");
      out.lines(data.citations.map((citation) => citationLine(citation, out)));
    }
  }
}

function citationLine(
  { number, title, url, document_id }: Answer["citations"][number],
  out: Output,
): string {
  const { paint } = out;
  const name = title === undefined ? "" : `${out.apart(oneLine(title))}  `;
  return `${paint("dim", `[${number}]`)} ${name}${paint("cyan", oneLine(url ?? document_id))}`;
}
