import { assert, assertEquals } from "@std/assert";
import type { CrawlRequest } from "../../src/crawl/port.ts";
import { type Client, client } from "./client.ts";

type Result = { number: number; url: string; state: string; result?: Record<string, unknown> };
type Results = { results: Result[]; next: string | null };

/** A crawl with pages that are done, each with the result of its task. */
async function crawlOf({ deps }: Client, request: Partial<CrawlRequest> = {}): Promise<string> {
  const { crawlId } = await deps.crawls.start({ startUrls: ["https://example.com/"], ...request });
  return crawlId;
}

async function done({ deps }: Client, crawlId: string, result: unknown = { title: "t" }): Promise<string> {
  const { taskId } = await deps.queue.enqueue({ type: "scrape", input: {} });
  deps.queue.end(taskId, { status: "completed", resultJson: JSON.stringify(result) });
  deps.crawls.finish(crawlId, deps.crawls.found(crawlId, "https://example.com/", { taskId }));
  return taskId;
}

/** The stream's lines, without the empty ones. */
async function lines(it: Client, path: string): Promise<unknown[]> {
  const { status, body } = await it.call<string>(path);
  assertEquals(status, 200);
  return body.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
}

Deno.test("results come in the order in which pages were done, each with what its scrape gave", async () => {
  const it = client();
  const crawlId = await crawlOf(it);
  const { crawls } = it.deps;
  const [first, second, third] = [1, 2, 3].map((n) => crawls.found(crawlId, `https://example.com/${n}`));
  const { taskId } = await it.deps.queue.enqueue({ type: "scrape", input: {} });
  it.deps.queue.end(taskId, { status: "completed", resultJson: '{"title":"third","size_bytes":1e3}' });
  crawls.finish(crawlId, third!, { taskId });
  crawls.finish(crawlId, first!, { state: "failed", error: { code: "dns", message: "m", retryable: true } });
  crawls.finish(crawlId, second!, { taskId: "forgotten" });
  crawls.found(crawlId, "https://example.com/4");
  crawls.end(crawlId);
  const one = await it.call<Results>(`/api/crawl/${crawlId}/results?limit=2`);
  assertEquals(one.body.results.map(({ number, state, result }) => [number, state, result]), [
    [3, "completed", { title: "third", size_bytes: 1000 }],
    [1, "failed", undefined],
  ]);
  const two = await it.call<Results>(one.body.next!);
  assertEquals(two.body.results.map(({ number, result }) => [number, result]), [[2, undefined]]);
  assertEquals(two.body.next, null);
});

Deno.test("a page of results leads on as long as the crawl goes on, to what is done later", async () => {
  const it = client();
  const crawlId = await crawlOf(it);
  const empty = await it.call<Results>(`/api/crawl/${crawlId}/results`);
  assertEquals(empty.body.results, []);
  await done(it, crawlId);
  const one = await it.call<Results>(empty.body.next!);
  assertEquals(one.body.results.map(({ number }) => number), [1]);
  assertEquals((await it.call<Results>(one.body.next!)).body, { results: [], next: one.body.next });
  await done(it, crawlId);
  it.deps.crawls.end(crawlId);
  const two = await it.call<Results>(one.body.next!);
  assertEquals([two.body.results.map(({ number }) => number), two.body.next], [[2], null]);
});

for (
  const [formats, shown] of [[undefined, false], [["text"], false], [["text", "links"], true]] as const
) {
  Deno.test(`links are ${shown ? "" : "not "}in the results where the formats are ${formats}`, async () => {
    const it = client();
    const crawlId = await crawlOf(it, formats && { scrape: { formats: [...formats] } });
    await done(it, crawlId, { text: '"links":', links: [{ url: "https://a.example/", text: "a" }] });
    it.deps.crawls.end(crawlId);
    const { body } = await it.call<Results>(`/api/crawl/${crawlId}/results`);
    const [line] = await lines(it, `/api/crawl/${crawlId}/results.ndjson`);
    for (const { result } of [body.results[0]!, line as Result]) {
      assertEquals(Object.keys(result!), shown ? ["text", "links"] : ["text"]);
    }
  });
}

Deno.test("a page of results ends early where they are long, and misses none", async () => {
  const it = client();
  const crawlId = await crawlOf(it);
  for (let i = 0; i < 60; i++) await done(it, crawlId, { text: "x".repeat(1_000_000) });
  it.deps.crawls.end(crawlId);
  const sizes: number[] = [];
  for (let url: string | null = `/api/crawl/${crawlId}/results?limit=200`; url !== null;) {
    const { body }: { body: Results } = await it.call(url);
    sizes.push(body.results.length);
    url = body.next;
  }
  assertEquals(sizes, [20, 20, 20]);
});

for (const query of ["limit=0", "limit=201", "cursor=a%20b"]) {
  Deno.test(`GET /api/crawl/{id}/results?${query} answers 422`, async () => {
    const it = client();
    assertEquals((await it.call(`/api/crawl/${await crawlOf(it)}/results?${query}`)).status, 422);
  });
}

Deno.test("a stream from a cursor that is none answers 422, as long as there is a status to say it with", async () => {
  const it = client();
  const path = `/api/crawl/${await crawlOf(it)}/results.ndjson`;
  for (const query of ["cursor=abc", "cursor=abc&follow=true"]) {
    assertEquals((await it.call(`${path}?${query}`)).status, 422);
  }
});

Deno.test("the stream has what is done so far, and ends where it need not follow", async () => {
  const it = client();
  const crawlId = await crawlOf(it);
  for (let i = 0; i < 45; i++) await done(it, crawlId, { n: i });
  const path = `/api/crawl/${crawlId}/results.ndjson`;
  const all = await lines(it, path) as Result[];
  assertEquals(all.map(({ number }) => number), Array.from({ length: 45 }, (_, i) => i + 1));
  assertEquals(all[44]!.result, { n: 44 });
  assertEquals(it.deps.crawls.waits, []);
  const { body } = await it.call<Results>(`/api/crawl/${crawlId}/results?limit=40`);
  const cursor = new URL(body.next!, "http://x").searchParams.get("cursor");
  assertEquals((await lines(it, `${path}?cursor=${cursor}`)).length, 5);
  const head = await it.call(path, { method: "HEAD" });
  assertEquals([head.status, head.headers.get("content-type"), head.body], [
    200,
    "application/x-ndjson; charset=utf-8",
    "" as never,
  ]);
});

Deno.test("a stream that follows brings what is done later, and ends with the crawl", async () => {
  const it = client();
  const crawlId = await crawlOf(it);
  await done(it, crawlId);
  const following = lines(it, `/api/crawl/${crawlId}/results.ndjson?follow=true`);
  const waits = () => new Promise<void>((resolve) => setImmediate(resolve));
  for (let i = 2; i <= 4; i++) {
    while (it.deps.crawls.waiting === 0) await waits();
    await done(it, crawlId);
    while (it.deps.crawls.waiting > 0) await waits();
  }
  while (it.deps.crawls.waiting === 0) await waits();
  it.deps.crawls.end(crawlId);
  assertEquals((await following as Result[]).map(({ number }) => number), [1, 2, 3, 4]);
});

Deno.test("what is done between the last look and the end of the crawl is in the stream", async () => {
  const it = client();
  const crawlId = await crawlOf(it);
  const { crawls } = it.deps;
  const get = crawls.get.bind(crawls);
  let looks = 0;
  // The second look is that of the stream: it found nothing to read before it.
  crawls.get = async (id) => {
    if (++looks === 2) {
      await done(it, crawlId);
      crawls.end(crawlId);
    }
    return await get(id);
  };
  assertEquals((await lines(it, `/api/crawl/${crawlId}/results.ndjson?follow=true`)).length, 1);
});

Deno.test("a stream without news says so with an empty line", async () => {
  const it = client({}, { crawlResults: { quietMs: 5 } });
  const crawlId = await crawlOf(it);
  const answer = it.call<string>(`/api/crawl/${crawlId}/results.ndjson?follow=true`);
  while (it.deps.crawls.waits.length < 4) await new Promise((resolve) => setTimeout(resolve, 1));
  it.deps.crawls.end(crawlId);
  assert(/^\n\n+$/.test((await answer).body));
});

Deno.test("a stream that the stop of the service ends says so in its last line", async () => {
  const it = client();
  const crawlId = await crawlOf(it);
  await done(it, crawlId);
  const following = lines(it, `/api/crawl/${crawlId}/results.ndjson?follow=true`);
  while (it.deps.crawls.waiting === 0) await new Promise((resolve) => setImmediate(resolve));
  it.deps.stop();
  const [page, last] = await following as [Result, { error: { code: string } }];
  assertEquals([page.number, last.error.code], [1, "unavailable"]);
  assertEquals(it.deps.crawls.waiting, 0);
});

Deno.test("a stream that fails on the way says so in its last line and in the log, and no more", async () => {
  const it = client();
  const crawlId = await crawlOf(it);
  await done(it, crawlId);
  it.deps.queue.get = () => Promise.reject(new Error("the disk is on fire"));
  assertEquals(await lines(it, `/api/crawl/${crawlId}/results.ndjson`), [
    { error: { code: "internal", message: "The log has the reason" } },
  ]);
  assertEquals(it.deps.logged.map(({ message, fields }) => [message, fields?.error]), [
    ["crawl_stream_failed", "the disk is on fire"],
  ]);
});

Deno.test("a stream whose caller has gone ends, and says nothing more", async () => {
  const it = client();
  const crawlId = await crawlOf(it);
  const gone = new AbortController();
  const following = it.call<string>(`/api/crawl/${crawlId}/results.ndjson?follow=true`, {
    signal: gone.signal,
  });
  while (it.deps.crawls.waiting === 0) await new Promise((resolve) => setImmediate(resolve));
  gone.abort();
  assertEquals((await following).body, "");
  assertEquals(it.deps.crawls.waiting, 0);
});
