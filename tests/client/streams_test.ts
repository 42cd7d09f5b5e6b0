import { assertEquals, assertRejects } from "@std/assert";
import { createClient, TuttiProblem, TuttiUnreachable } from "../../src/client/mod.ts";
import { broken, json, problem, type Scene, scripted, stream } from "./answers.ts";

function clientOf(...scenes: Scene[]) {
  const service = scripted(...scenes);
  return { service, client: createClient({ fetch: service.fetch }) };
}

const over: Scene = () => new Response(null, { status: 204 });
const event = (id: string, status: string) =>
  `id: ${id}\nevent: status\ndata: {"task_id":"t","status":"${status}"}\n\n`;
const page = (number: number, more = "") =>
  `{"number":${number},"url":"https://a.example/${number}"${more}}\n`;
const crawl = (completed: number, status: string): Scene =>
  json({ status, counts: { completed, failed: 0 } });

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

Deno.test("events arrive whole, however their bytes are cut", async () => {
  const text =
    'retry: 1000\n\n: still here\n\nid: 1\r\nevent: status\r\ndata: {"task_id":"שלום",\r\ndata: "status":"running"}\r\n\r\n';
  const bytes = new TextEncoder().encode(text);
  for (const size of [1, 2, 7, 1000]) {
    const pieces = Array.from(
      { length: Math.ceil(bytes.length / size) },
      (_, at) => bytes.slice(at * size, (at + 1) * size),
    );
    const { client } = clientOf(stream(pieces), over);
    const events = await all(client.taskEvents("t"));
    assertEquals(
      events,
      [{ id: "1", event: "status", data: { task_id: "שלום", status: "running" } }] as never[],
    );
  }
});

Deno.test("a stream that breaks is taken up after the last id, until the service says it is over", async () => {
  const { service, client } = clientOf(
    stream([event("a-1", "queued"), event("a-2", "running").slice(0, 30)], { breaks: true }),
    broken,
    problem(503, "unavailable", { "retry-after": "0" }),
    stream([event("a-2", "running"), event("a-3-end", "completed")]),
    over,
  );
  const events = await all(client.taskEvents("t"));
  assertEquals(events.map(({ id, data }) => [id, data.status]), [
    ["a-1", "queued"],
    ["a-2", "running"],
    ["a-3-end", "completed"],
  ]);
  const ids = service.requests.map(({ headers }) => headers.get("last-event-id"));
  assertEquals(ids, [null, "a-1", "a-1", "a-1", "a-3-end"]);
});

Deno.test("an id to go on from can be given", async () => {
  const { service, client } = clientOf(over);
  await all(client.taskEvents("t", { lastEventId: "a-7" }));
  assertEquals(service.requests[0]!.headers.get("last-event-id"), "a-7");
});

Deno.test("a problem that would come again is thrown, also by a stream that had begun", async () => {
  const { client } = clientOf(stream([event("1", "queued")]), problem(404, "not_found"));
  const seen: string[] = [];
  await assertRejects(
    async () => {
      for await (const { data } of client.taskEvents("t")) seen.push(data.status);
    },
    TuttiProblem,
    "not_found",
  );
  assertEquals(seen, ["queued"]);
});

Deno.test("a service that stays away is waited for as long as there is patience, and each break is told", async () => {
  const { client } = clientOf(broken);
  const breaks: unknown[] = [];
  const events = client.events({}, { patienceMs: 500, onBreak: (reason) => breaks.push(reason) });
  await assertRejects(() => events.next(), TuttiUnreachable);
  assertEquals([breaks.length > 0, breaks.every((each) => each instanceof TuttiUnreachable)], [true, true]);
});

Deno.test("a stream that falls silent is taken up anew", async () => {
  const silent: Scene = ({ signal }) =>
    new Response(
      new ReadableStream({
        start: (controller) => signal.addEventListener("abort", () => controller.error(signal.reason)),
      }),
    );
  const { service, client } = clientOf(silent, over);
  await all(client.taskEvents("t", { idleMs: 30 }));
  assertEquals(service.requests.length, 2);
});

Deno.test("who leaves the loop, or aborts, ends the stream", async () => {
  let cancelled = 0;
  const endless: Scene = () =>
    new Response(
      new ReadableStream({
        pull: (controller) => controller.enqueue(new TextEncoder().encode(event("1", "queued"))),
        cancel: () => void cancelled++,
      }),
    );
  const { client } = clientOf(endless);
  for await (const _ of client.events()) break;
  const gone = new AbortController();
  await assertRejects(
    async () => {
      for await (const _ of client.events({}, { signal: gone.signal })) gone.abort(new Error("gone"));
    },
    Error,
    "gone",
  );
  assertEquals(cancelled, 2);
});

Deno.test("results of a crawl go on after a break, none twice, until all of them are there", async () => {
  const { client, service } = clientOf(
    stream([page(1), "\n", page(2), page(3).slice(0, 9)], { breaks: true }),
    stream([
      page(1),
      page(2),
      page(3),
      '{"error":{"code":"unavailable","message":"The service is stopping"}}\n',
    ]),
    stream([page(1), page(2), page(3)]), // ended early with no word of it
    crawl(5, "completed"),
    stream([page(1), page(2), page(3), page(4, ',"error":{"code":"dns","message":"no such host"}'), page(5)]),
    crawl(5, "completed"),
  );
  const pages = await all(client.crawlResults("c"));
  assertEquals(pages.map(({ number }) => number), [1, 2, 3, 4, 5]);
  assertEquals(pages[3]!.error?.code, "dns");
  assertEquals(service.requests.length, 6);
});

Deno.test("results of a crawl that broke off for good are an error", async () => {
  const { client } = clientOf(
    stream([page(1), '{"error":{"code":"internal","message":"The log has the reason"}}\n']),
  );
  await assertRejects(() => all(client.crawlResults("c")), TuttiProblem, "internal");
});

Deno.test("an answer that is written ends with done, fails with error, and is missed when it breaks off", async () => {
  const text = 'event: text\ndata: {"text":"14.8 kg [1]"}\n\n';
  const done = 'event: done\ndata: {"answer":"14.8 kg [1]","citations":[]}\n\n';
  assertEquals((await all(clientOf(stream([text, done])).client.askEvents("?"))).map(({ event }) => event), [
    "text",
    "done",
  ]);
  const failed = 'event: error\ndata: {"code":"unavailable","status":503,"title":"T","detail":"D"}\n\n';
  await assertRejects(
    () => all(clientOf(stream([text, failed])).client.askEvents("?")),
    TuttiProblem,
    "unavailable",
  );
  await assertRejects(
    () => all(clientOf(stream([text])).client.askEvents("?")),
    TuttiUnreachable,
    "broke off",
  );
});
