import { assert, assertEquals, assertRejects } from "@std/assert";
import { DeferredError, ServiceError, TaskError } from "../../src/platform/errors.ts";
import type { StoredTask } from "../../src/queue/task.ts";
import type { DocumentFilter, IndexDocument, SearchIndex } from "../../src/search/index_port.ts";
import type { VectorDatabaseState } from "../../src/search/port.ts";
import { SearchWork } from "../../src/search/work.ts";

const PAGE = "https://example.com/piano";

function scraped(over: Record<string, unknown> = {}): string {
  return JSON.stringify({
    url: PAGE,
    final_url: PAGE,
    status_code: 200,
    fetched_at: "2026-11-24T10:00:00.000Z",
    from_cache: false,
    age_s: 0,
    redirects: [],
    size_bytes: 1,
    title: "Piano",
    markdown: "# Piano\n\nEighty-eight keys.",
    content_type: "text/html",
    content_hash: "x",
    timings: { fetch_ms: 1, extract_ms: 1 },
    ...over,
  });
}

function bench(task: Partial<StoredTask> | undefined, over: { known?: boolean; settled?: boolean } = {}) {
  const { known = true, settled = true } = over;
  const did: string[] = [];
  const state: VectorDatabaseState = { status: "connected", mode: "local", restarts: 0 };
  const index = {
    put(document: IndexDocument) {
      did.push(`put ${document.url} ${document.brand}`);
      const { documentId } = document;
      return Promise.resolve({ documentId, change: "new", chunks: 1, added: 1, removed: 0, kept: 0 });
    },
    touch: () => Promise.resolve(known),
    settled: () => Promise.resolve(settled),
    remove(filter: DocumentFilter) {
      did.push(`remove ${Object.keys(filter)}`);
      return Promise.resolve(known ? { documents: 1, chunks: 3 } : { documents: 0, chunks: 0 });
    },
    upload: () => Promise.resolve(undefined),
    dropUpload(uploadId: string) {
      did.push(`drop ${uploadId}`);
      return Promise.resolve();
    },
  } as unknown as SearchIndex;
  const queue = {
    get(id: string) {
      if (task === undefined) return Promise.reject(new ServiceError("not_found", `no ${id}`));
      return Promise.resolve(
        { id, inputJson: JSON.stringify({ url: PAGE }), brand: "b", ...task } as StoredTask,
      );
    },
    enqueue(request: { type: string; input: unknown }) {
      did.push(`enqueue ${request.type} ${JSON.stringify(request.input)}`);
      return Promise.resolve({ taskId: "again", status: "queued" as const, replayed: false });
    },
  };
  return { work: new SearchWork({ index, queue, vectorDatabase: () => state }), did, state };
}

Deno.test("SearchWork puts a scraped page under its brand and ends when its vectors are in", async () => {
  const { work, did } = bench({ status: "completed", resultJson: scraped() });
  const outcome = await work.indexScrape("t");
  assertEquals([outcome.change, outcome.vectors, outcome.chunks], ["new", "stored", 1]);
  assertEquals(did, [`put ${PAGE} b`]);
});

Deno.test("SearchWork puts a task off while its vectors cannot be written, unless they never can", async () => {
  const { work, state } = bench({ status: "completed", resultJson: scraped() }, { settled: false });
  const error = await assertRejects(() => work.indexScrape("t"), DeferredError);
  assert(error.retryAtMs > Date.now());
  state.status = "unavailable";
  await assertRejects(() => work.indexScrape("t"), DeferredError);
  state.final = true;
  assertEquals((await work.indexScrape("t")).vectors, "owed");
});

Deno.test("SearchWork removes a page that its site says is gone, and no page that only failed", async () => {
  const failed = (status_code?: number) => ({
    status: "failed" as const,
    error: { code: "http_4xx" as const, message: "m", retryable: false, status_code },
  });
  for (const status of [404, 410]) {
    const { work, did } = bench(failed(status));
    assertEquals((await work.indexScrape("t")).change, "gone");
    assertEquals(did, ["remove url"]);
  }
  for (const status of [undefined, 403, 429, 500]) {
    const { work, did } = bench(failed(status));
    assertEquals([(await work.indexScrape("t")).change, did], ["none", []]);
  }
});

Deno.test("SearchWork removes a page that does not want to be found, or has nothing to be found by", async () => {
  const over = [{ directives: ["noindex"] }, { markdown: " " }];
  for (const each of over) {
    const { work, did } = bench({ status: "completed", resultJson: scraped(each) });
    assertEquals((await work.indexScrape("t")).change, "gone");
    assertEquals(did, ["remove documentId"]);
  }
});

Deno.test("SearchWork reads a page again that its crawl knows and the index does not", async () => {
  const brief = { not_modified: true, markdown: undefined };
  const known = bench({ status: "completed", resultJson: scraped(brief) });
  assertEquals((await known.work.indexScrape("t")).change, "unchanged");
  assertEquals(known.did, []);
  const unknown = bench({ status: "completed", resultJson: scraped(brief) }, { known: false });
  assertEquals(await unknown.work.indexScrape("t"), { change: "reread", task_id: "again" });
  assertEquals(unknown.did, [
    `enqueue scrape {"url":"${PAGE}","formats":["markdown","metadata"],"index":true}`,
  ]);
});

Deno.test("SearchWork leaves a scrape that runs again to its next end; one that is forgotten fails for good", async () => {
  const { work, did } = bench({ status: "queued" });
  assertEquals([(await work.indexScrape("t")).change, did], ["none", []]);
  const error = await assertRejects(() => bench(undefined).work.indexScrape("t"), TaskError);
  assertEquals([error.code, error.retryable], ["invalid_input", false]);
});

Deno.test("SearchWork drops an upload once its document is in, and not before", async () => {
  const document: IndexDocument = { documentId: "doc_1", source: "upload", fetchedMs: 1, markdown: "x" };
  const { work, did } = bench({});
  await work.indexUpload("u", document);
  assertEquals(did, ["put undefined undefined", "drop u"]);
  const waiting = bench({}, { settled: false });
  await assertRejects(() => waiting.work.indexUpload("u", document), DeferredError);
  assertEquals(waiting.did, ["put undefined undefined"]);
});
