import { assert, assertEquals } from "@std/assert";
import { createHttpApp, HttpServer } from "../../src/http/mod.ts";
import { fakeHttpDeps } from "../fakes/fake_http_deps.ts";
import { eventually, mute } from "./event_client.ts";

const LINE_CHARS = 1_000_000;
const LINES = 200;

/** A crawl of large pages behind a real listener, and how many of their results have been read so far. */
async function serve() {
  const deps = fakeHttpDeps();
  const { crawlId } = await deps.crawls.start({ startUrls: ["https://example.com/"] });
  const resultJson = JSON.stringify({ text: "x".repeat(LINE_CHARS) });
  for (let i = 0; i < LINES; i++) {
    const taskId = `task-${i}`;
    await deps.queue.enqueue({ type: "scrape", input: {}, taskId });
    deps.queue.end(taskId, { status: "completed", resultJson });
    deps.crawls.finish(crawlId, deps.crawls.found(crawlId, "https://example.com/", { taskId }));
  }
  const reads = { count: 0 };
  const get = deps.queue.get.bind(deps.queue);
  deps.queue.get = (taskId) => {
    reads.count++;
    return get(taskId);
  };
  const app = createHttpApp(deps);
  const server = new HttpServer({
    handler: (request, info) => app.fetch(request, info as never),
    log: deps.log,
  });
  const { port } = server.start({ hostname: "127.0.0.1", port: 0 });
  const path = `/api/crawl/${crawlId}/results.ndjson?follow=true`;
  return {
    deps,
    crawlId,
    reads,
    server,
    port,
    path,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** Waits until a count has stood still for a while. */
async function settled(count: () => number): Promise<number> {
  for (let last = -1;;) {
    await new Promise((resolve) => setTimeout(resolve, 300));
    if (count() === last) return last;
    last = count();
  }
}

Deno.test("a reader that stops reading stops the reading of results, and costs no memory", async () => {
  await using it = await serve();
  const before = Deno.memoryUsage().rss;
  const peer = await mute(it.port, it.path);
  try {
    await eventually(() => it.reads.count > 0);
    const read = await settled(() => it.reads.count);
    assert(read < LINES / 4, `${read} of ${LINES} lines of 1 MB were read for nobody`);
    assert((Deno.memoryUsage().rss - before) / 2 ** 20 < 100);
  } finally {
    peer.close();
  }
});

Deno.test("a reader that reads gets every line, while another does not read", async () => {
  await using it = await serve();
  const peer = await mute(it.port, it.path);
  try {
    const response = await fetch(`http://127.0.0.1:${it.port}${it.path}`);
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    let lines = 0;
    let chars = 0;
    while (lines < LINES) {
      const { value, done } = await reader.read();
      assertEquals(done, false);
      chars += value!.length;
      lines += value!.split("\n").length - 1;
    }
    assert(chars > LINES * LINE_CHARS);
    it.deps.crawls.end(it.crawlId);
    assertEquals((await reader.read()).done, true);
  } finally {
    peer.close();
  }
});

Deno.test("the wait for news ends when the reader goes", async () => {
  await using it = await serve();
  const gone = new AbortController();
  const response = await fetch(`http://127.0.0.1:${it.port}${it.path}`, { signal: gone.signal });
  const reader = response.body!.getReader();
  const reading = (async () => {
    while (!(await reader.read()).done);
  })();
  await eventually(() => it.deps.crawls.waiting === 1);
  gone.abort();
  await reading.catch(() => {});
  await eventually(() => it.deps.crawls.waiting === 0);
});

Deno.test("a stop ends the streams, of readers that read and of one that does not", async () => {
  await using it = await serve();
  const peer = await mute(it.port, it.path);
  const text = fetch(`http://127.0.0.1:${it.port}${it.path}`).then((response) => response.text());
  await eventually(() => it.deps.crawls.waiting === 1);
  it.deps.stop();
  const last = (await text).trimEnd().split("\n").pop()!;
  assertEquals(JSON.parse(last).error.code, "unavailable");
  peer.close();
  assertEquals(await it.server.shutdown({ deadlineMs: 5000 }), true);
});
