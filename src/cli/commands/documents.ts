import { type Command, Option } from "commander";
import type { AcceptedDocument, Document, DocumentAbout, RouteQuery } from "../../client/mod.ts";
import { EXIT, UsageError } from "../exit.ts";
import { gather, given, whole } from "../options.ts";
import type { Run, Session } from "../session.ts";
import { agoText } from "../text/figures.ts";
import { tableLines } from "../text/table.ts";
import { waitWithBar } from "./wait.ts";

interface AboutOptions {
  id?: string;
  documentUrl?: string;
  title?: string;
  brand?: string;
  lang?: string;
  tag?: string[];
}

interface FilterOptions {
  brand?: string;
  source?: "scrape" | "upload";
  tag?: string;
  urlPrefix?: string;
}

const TYPES: Record<string, string> = {
  pdf: "application/pdf",
  md: "text/markdown",
  markdown: "text/markdown",
  html: "text/html",
  htm: "text/html",
  txt: "text/plain",
};

/** `tutti documents add|list|rm` */
export function documentsCommand(program: Command, run: Run): void {
  const documents = program.command("documents")
    .summary("what can be found")
    .description("Documents that can be found by a search: pages that were scraped, files of your own.");
  documents.command("add")
    .summary("hand files in")
    .description("Hands PDF, Markdown, HTML or text files in, and prints their ids.")
    .argument("<file...>")
    .option("--id <id>", "an id of yours; the same again replaces the document")
    .option("--document-url <url>", "where it comes from; the same again replaces the document")
    .option("--title <title>", "default: the document's own")
    .option("--brand <brand>", "whose it is")
    .option("--lang <lang>", "its language, where its letters do not tell")
    .option("--tag <tag>", "a word of yours; may be given several times", gather)
    .option("--wait", "until their tasks have ended, vectors included")
    .action(run(async (session, files: string[], options: AboutOptions & { wait?: boolean }) => {
      if (files.length > 1 && (options.id ?? options.documentUrl) !== undefined) {
        throw new UsageError("--id and --document-url go with one file");
      }
      return await addFiles(session, files, options);
    }));
  filters(documents.command("list").summary("list documents").description("Lists documents, newest first."))
    .option("--limit <count>", "documents at most", whole(1), 20)
    .action(run(async (session, options: FilterOptions & { limit: number }) => {
      await listDocuments(session, options);
    }));
  filters(
    documents.command("rm").summary("take documents out")
      .description(
        "Takes these documents out, or all that the options name (after a question; --yes: without).",
      )
      .argument("[id...]")
      .option("--yes", "do not ask"),
  ).action(run(async (session, ids: string[], options: FilterOptions & { yes?: boolean }) => {
    return await removeDocuments(session, ids, options);
  }));
}

function filters(command: Command): Command {
  return command
    .option("--brand <brand>", "only this brand's")
    .option("--tag <tag>", "only those with this tag")
    .addOption(new Option("--source <source>", "how they came").choices(["scrape", "upload"]))
    .option("--url-prefix <url>", "only those whose URL begins with it");
}

function conditionsOf({ brand, tag, source, urlPrefix }: FilterOptions) {
  return given({ brand, tag, source, url_prefix: urlPrefix });
}

async function addFiles(
  session: Session,
  files: string[],
  { id, documentUrl, title, brand, lang, tag, wait }: AboutOptions & { wait?: boolean },
): Promise<number> {
  const { client, out, signal } = session;
  const about: DocumentAbout = given({
    document_id: id,
    url: documentUrl,
    title,
    brand,
    lang,
    tags: tag?.join(","),
  });
  const accepted: AcceptedDocument[] = [];
  let code: number = EXIT.done;
  for (const file of files) {
    const answer = await client.documents.addFile(await blobOf(file), about, { signal });
    accepted.push(answer);
    if (wait) {
      const task = await waitWithBar(session, answer.task_id);
      if (task.status !== "completed") {
        code = EXIT.problem;
        out.beside(`${file}: ${task.error?.message ?? task.status}`);
      }
    }
    if (!out.isJson) out.line(answer.document_id);
  }
  if (out.isJson) out.json({ documents: accepted });
  return code;
}

async function blobOf(file: string): Promise<Blob> {
  const type = TYPES[/\.([^./]+)$/.exec(file)?.[1]?.toLowerCase() ?? ""];
  if (type === undefined) {
    throw new UsageError(`Cannot hand ${file} in as its name must end in ${Object.keys(TYPES).join(", ")}`);
  }
  try {
    return new Blob([await Deno.readFile(file)], { type });
  } catch (error) {
    throw new UsageError(`Cannot read ${file}: ${error instanceof Error ? error.message : error}`);
  }
}

async function listDocuments(
  { client, out, signal }: Session,
  { limit, ...options }: FilterOptions & { limit: number },
): Promise<void> {
  const query: RouteQuery<"GET /api/documents"> = { ...conditionsOf(options), limit: Math.min(limit, 200) };
  const found: Document[] = [];
  for await (const document of client.documents.each(query, { signal })) {
    found.push(document);
    if (found.length >= limit) break;
  }
  if (out.isJson) return out.json({ documents: found });
  if (found.length === 0) return out.beside("There is no such document");
  const rows = found.map((each) => [
    each.document_id,
    each.source,
    each.lang ?? "",
    String(each.chunks),
    agoText(each.fetched_at),
    each.title ?? each.url ?? "",
  ]);
  out.lines(tableLines(["DOCUMENT", "SOURCE", "LANG", "CHUNKS", "AGE", "TITLE"], rows, out));
}

async function removeDocuments(
  session: Session,
  ids: string[],
  options: FilterOptions & { yes?: boolean },
): Promise<void> {
  const { client, out, signal } = session;
  const conditions = conditionsOf(options);
  const names = Object.entries(conditions).map(([name, value]) => `${name} ${value}`);
  if (names.length > 0 === ids.length > 0) {
    throw new UsageError("Cannot take documents out as ids, or else options that name them, must be given");
  }
  const sum = { documents: 0, chunks: 0 };
  if (ids.length === 0) {
    if (!session.confirm(`Takes out all documents of ${names.join(", ")}.`, options.yes)) return;
    Object.assign(sum, await client.documents.removeAll(conditions, { signal }));
  } else {
    for (const id of ids) {
      const { documents, chunks } = await client.documents.remove(id, { signal });
      sum.documents += documents;
      sum.chunks += chunks;
    }
  }
  if (out.isJson) out.json(sum);
  else out.line(`Taken out: ${sum.documents} documents, ${sum.chunks} passages`);
}
