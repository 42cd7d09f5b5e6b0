import { assert, assertEquals } from "@std/assert";
import type { Site } from "../fakes/site.ts";
import { CHROMA_LAUNCHER } from "../search/chroma_host.ts";
import { type ServiceProcess, startService } from "./service_process.ts";

/** Whether tests of search with a real Chroma are to be ignored here. */
export const LACKS_CHROMA = CHROMA_LAUNCHER === undefined;

export interface PassageBody {
  chunk_id: string;
  document_id: string;
  keyword_rank: number | null;
  vector_rank: number | null;
  snippet: string;
  text: string;
  title?: string;
  url?: string;
  lang: string;
  brand?: string;
  page?: number;
  heading_path: string[];
}

export interface AnswerBody {
  degraded: boolean;
  degraded_reason?: string;
  cached: boolean;
  passages: PassageBody[];
  pages?: { document_id: string; url?: string; chunk_ids: string[] }[];
}

export interface BooksBody {
  store: number;
  words: number;
  vectors: number | null;
  owed_vectors: number;
  owed_removals: number;
  missing_vectors: string[];
  orphan_vectors: string[];
  balanced: boolean;
  problems: string[];
}

export interface IndexBody {
  documents: number;
  chunks: number;
  owed_vectors: number;
  generations: { number: number; state: string; recipe: string; documents: number; chunks: number }[];
  vector_database: { status: string; restarts: number };
  vector_sync: { state: string; reason?: string; embedded: number };
}

/** The service with a Chroma of its own, which answers, and leave to read `site`. */
export async function startSearching(
  options: { site?: Site; env?: Record<string, string>; folder?: string } = {},
): Promise<ServiceProcess> {
  const service = await startService({
    folder: options.folder,
    env: {
      CHROMA_URL: "",
      CHROMA_LAUNCHER: CHROMA_LAUNCHER?.join(" ") ?? "",
      ALLOW_PRIVATE_HOSTS: options.site?.host ?? "",
      WORKERS: "2",
      HOST_CONCURRENCY: "32",
      SHUTDOWN_GRACE_MS: "1000",
      ...options.env,
    },
  });
  return service;
}

/** Waits until `done` says so; what it waited for is in the failure. */
export async function until(what: string, done: () => Promise<boolean>, timeoutMs = 60_000): Promise<void> {
  const endMs = Date.now() + timeoutMs;
  while (!await done()) {
    if (Date.now() > endMs) throw new Error(`waited ${timeoutMs} ms in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

export async function get<T>(service: ServiceProcess, path: string): Promise<T> {
  const { status, body } = await service.json<T>(path);
  assertEquals(status, 200, `${path}: ${JSON.stringify(body)}`);
  return body;
}

export const indexOf = (service: ServiceProcess) => get<IndexBody>(service, "/api/index");

export async function chromaConnected(service: ServiceProcess): Promise<void> {
  await until(
    "Chroma connected",
    async () => (await indexOf(service)).vector_database.status === "connected",
  );
}

export async function search(
  service: ServiceProcess,
  query: string,
  more: Record<string, unknown> = {},
): Promise<AnswerBody> {
  const { status, body } = await service.json<AnswerBody>("/api/search", {
    method: "POST",
    body: JSON.stringify({ query, k: 5, ...more }),
  });
  assertEquals(status, 200, JSON.stringify(body));
  return body;
}

/** One task for each page, with `index`, in one batch. */
export async function scrapeInto(
  service: ServiceProcess,
  urls: string[],
  more: Record<string, unknown> = {},
): Promise<string[]> {
  const { status, body } = await service.json<{ task_ids: string[] }>("/api/scrape/batch", {
    method: "POST",
    body: JSON.stringify({ urls, index: true, max_concurrent: 16, ...more }),
  });
  assertEquals(status, 202, JSON.stringify(body));
  return body.task_ids;
}

/** Nothing waits and nothing runs: neither scrapes nor what follows them. */
export async function idle(service: ServiceProcess, timeoutMs = 120_000): Promise<void> {
  let counts: Record<string, number> = {};
  await until("an idle queue", async () => {
    ({ counts } = await get<{ counts: Record<string, number> }>(service, "/api/tasks/queue/status"));
    return counts.queued! + counts.delayed! + counts.running! === 0;
  }, timeoutMs).catch((error) => {
    throw new Error(`${error.message}, counts ${JSON.stringify(counts)}\n${service.log().slice(-3000)}`);
  });
}

/** The books, every id compared. @throws they do not balance, or something is owed */
export async function balanced(service: ServiceProcess): Promise<BooksBody> {
  const books = await get<BooksBody>(service, "/api/index/books?deep=true");
  assertEquals([books.balanced, books.problems], [true, []], JSON.stringify(books));
  assertEquals(books.words, books.store, "words = chunks");
  assertEquals(books.vectors, books.store, `vectors = chunks: ${JSON.stringify(books)}`);
  assertEquals([books.owed_vectors, books.owed_removals], [0, 0], "nothing is owed");
  return books;
}

/** Every document by its address: the hash of its text, and the ids of its chunks in order. */
export async function everything(service: ServiceProcess): Promise<Map<string, string[]>> {
  const all = new Map<string, string[]>();
  for (let next: string | null = "/api/documents?limit=200"; next;) {
    const page: {
      documents: { document_id: string; url?: string; content_hash: string }[];
      next: string | null;
    } = await get(service, next);
    for (const { document_id: id, url, content_hash: hash } of page.documents) {
      assert(!all.has(url ?? id), `${url ?? id} is there twice`);
      all.set(url ?? id, [hash, ...await chunksOf(service, id)]);
    }
    next = page.next;
  }
  return all;
}

export async function chunksOf(service: ServiceProcess, documentId: string): Promise<string[]> {
  const { passages } = await get<{ passages: { chunk_id: string }[] }>(
    service,
    `/api/documents/${documentId}`,
  );
  return passages.map(({ chunk_id: id }) => id);
}

/** Pid of the service's own Chroma, as it noted it in the folder's lock. */
export async function chromaPid(folder: string): Promise<number> {
  const text = await Deno.readTextFile(`${folder}/data/chroma/tutti.lock`);
  return (JSON.parse(text) as { server: number }).server;
}

/** Failed tasks, which no fault of Chroma's may leave. */
export async function failures(service: ServiceProcess): Promise<string[]> {
  const { tasks } = await get<{ tasks: { task_id: string; error?: { message: string } }[] }>(
    service,
    "/api/tasks?status=failed&limit=20",
  );
  return tasks.map(({ task_id: id, error }) => `${id}: ${error?.message}`);
}
