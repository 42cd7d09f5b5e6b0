import { assertEquals, assertRejects } from "@std/assert";
import { parseExceptions } from "../../src/platform/host_exceptions.ts";
import { InterruptedError } from "../../src/platform/errors.ts";
import { Bodies } from "../../src/sandbox/child/bodies.ts";
import { PageCalls } from "../../src/sandbox/child/page_calls.ts";
import { Thread } from "../../src/sandbox/child/thread.ts";
import type { FromChild } from "../../src/sandbox/protocol.ts";
import { startSite } from "../fakes/site.ts";

Deno.test("a fetch that is cancelled while its page waits for the thread gives its room back and never takes the thread", async () => {
  await using site = startSite({}, "x".repeat(60));
  const sent: FromChild[] = [];
  const link = { send: (message: FromChild) => void sent.push(message) };
  const atThread = new Map<number, PromiseWithResolvers<void>>();
  const waits = (id: number) => {
    if (!atThread.has(id)) atThread.set(id, Promise.withResolvers());
    return atThread.get(id)!;
  };
  const thread = new class extends Thread {
    override alone<T>(id: number, signal: AbortSignal, section: () => T | Promise<T>): Promise<T> {
      waits(id).resolve();
      return super.alone(id, signal, section);
    }
  }(link);
  const release = Promise.withResolvers<void>();
  const calls = new PageCalls({
    link,
    // Room for one body.
    bodies: new Bodies(100),
    thread,
    parsers: {
      async extractPage(bytes, { url }) {
        if (url === "hold") await release.promise;
        return { content_type: "text/html", content_hash: String(bytes.length) };
      },
      parseRobots: () => ({ rules: [], sitemaps: [] }),
      parseSitemap: () => ({ kind: "pages", entries: [], truncated: false }),
    },
    hop: {
      rules: { ports: [], exceptions: parseExceptions([site.host]) },
      userAgent: "TestBot",
      guardAddresses: false,
    },
  });
  const fetch = (id: number, url: string, signal = new AbortController().signal) =>
    calls.perform({
      t: "call",
      id,
      op: "fetch",
      args: { url: site.url, maxBytes: 100, extract: { url, formats: [] } },
    }, signal);

  const holder = fetch(1, "hold");
  await waits(1).promise;
  const abort = new AbortController();
  const waiting = fetch(2, "wait", abort.signal);
  await waits(2).promise;
  await assertRejects(() => fetch(3, "no room"), InterruptedError);
  abort.abort(new Error("enough"));
  release.resolve();
  await assertRejects(() => waiting, Error, "enough");
  assertEquals((await holder as { page: { content_hash: string } }).page.content_hash, "60");
  assertEquals((await fetch(4, "next") as { page: { content_hash: string } }).page.content_hash, "60");
  assertEquals(sent, [1, 4].flatMap((id): FromChild[] => [{ t: "cpu", id }, { t: "idle", id }]));
});
