import { extractPage } from "../../src/scraping/extract/mod.ts";
import type { IndexDocument } from "../../src/search/index_port.ts";
import { manualFolder } from "../scrape/site.ts";

export const SETS: readonly string[] = ["search-he", "search-en"];

/** Texts, questions, and which texts answer which. */
export interface QualitySet {
  documents: IndexDocument[];
  queries: { id: string; text: string }[];
  /** By query: what its answers gain. */
  relevant: Map<string, Map<string, number>>;
  /** A document's name in the corpus. */
  idOf(documentId: string): string;
}

/** @throws {Error} the folder has no such set */
export async function readSet(corpus: string, name: string): Promise<QualitySet> {
  const texts = name === "search-he" ? await paragraphs(`${corpus}/${name}/corpus.jsonl`) : await manual();
  const names = new Map<string, string>();
  const documents = texts.map(({ id, ...text }, at): IndexDocument => {
    const documentId = `doc_${at.toString(16).padStart(24, "0")}`;
    names.set(documentId, id);
    return { documentId, source: "scrape", fetchedMs: Date.now(), ...text };
  });
  const relevant = new Map<string, Map<string, number>>();
  for (
    const { q, d, rel } of await rows<{ q: string; d: string; rel: number }>(`${corpus}/${name}/qrels.jsonl`)
  ) {
    const wanted = relevant.get(q) ?? new Map<string, number>();
    relevant.set(q, wanted.set(d, rel));
  }
  return {
    documents,
    queries: await rows(`${corpus}/${name}/queries.jsonl`),
    relevant,
    idOf: (documentId) => names.get(documentId)!,
  };
}

type Text = Pick<IndexDocument, "url" | "title" | "markdown" | "language"> & { id: string };

async function paragraphs(path: string): Promise<Text[]> {
  const texts = await rows<{ id: string; title: string; text: string }>(path);
  return texts.map(({ id, title, text }) => ({ id, title, markdown: text, url: `https://he.example/${id}` }));
}

/** Pages as a scrape reads them. */
async function manual(): Promise<Text[]> {
  const folder = await manualFolder();
  const texts: Text[] = [];
  for await (const { name } of Deno.readDir(folder)) {
    if (!name.endsWith(".html")) continue;
    const url = `https://manual.example/${name}`;
    const { markdown = "", metadata } = extractPage(await Deno.readFile(`${folder}/${name}`), {
      url,
      contentType: "text/html",
      formats: ["markdown", "metadata"],
    });
    const title = first(metadata?.title);
    texts.push({ id: name, url, title, markdown, language: first(metadata?.language) });
  }
  return texts.sort((a, b) => a.id < b.id ? -1 : 1);
}

async function rows<T>(path: string): Promise<T[]> {
  const text = await Deno.readTextFile(path);
  return text.split("\n").filter((line) => line.trim() !== "").map((line) => JSON.parse(line) as T);
}

function first(value: string | string[] | null | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value ?? undefined;
}
