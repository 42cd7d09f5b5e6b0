import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { startSite } from "../fakes/site.ts";
import { pageOf } from "./search_pages.ts";
import {
  balanced,
  type BooksBody,
  chromaConnected,
  everything,
  get,
  idle,
  LACKS_CHROMA,
  scrapeInto,
  search,
  startSearching,
  until,
} from "./search_service.ts";
import { type ServiceProcess, startService } from "./service_process.ts";

/** Copies a folder as `cp -a` does; what docs/operations.md tells an operator to do with `DATA_DIR`. */
async function copyFolder(from: string, to: string): Promise<void> {
  const { success, stderr } = await new Deno.Command("cp", { args: ["-a", from, to] }).output();
  assert(success, new TextDecoder().decode(stderr));
}

/** Every task with its status, and that the book of accounts agrees with itself. */
async function tasksOf(service: ServiceProcess): Promise<Map<string, string>> {
  const status = await get<{ accepted: number; counts: Record<string, number> }>(
    service,
    "/api/tasks/queue/status",
  );
  const sum = Object.values(status.counts).reduce((a, b) => a + b, 0);
  assertEquals(status.accepted, sum, "the books balance");
  const { tasks } = await get<{ tasks: { task_id: string; status: string }[] }>(
    service,
    "/api/tasks?limit=200",
  );
  assertEquals(tasks.length, sum, "one page lists them all");
  return new Map(tasks.map(({ task_id: id, status }) => [id, status]));
}

Deno.test("DATA_DIR copied after a stop is the service again: tasks, schedules, limits, pauses, the secret", async () => {
  const copy = await Deno.makeTempDir({ prefix: "tutti-backup-" });
  await using _copy = { [Symbol.asyncDispose]: () => Deno.remove(copy, { recursive: true }) };
  await using first = await startService({ env: { SHUTDOWN_GRACE_MS: "200" } });
  const put = (path: string, body: unknown) =>
    first.json(path, { method: "PUT", body: JSON.stringify(body) });
  const post = (body: unknown) => first.json("/api/tasks", { method: "POST", body: JSON.stringify(body) });
  for (let i = 0; i < 5; i++) await post({ type: "test", input: { delay_s: 0 }, task_id: `done-${i}` });
  await first.json("/api/tasks/done-4?wait_s=20");
  await post({ type: "test", input: { delay_s: 0 }, delay_s: 3600, task_id: "later" });
  await post({ type: "test", input: { delay_s: 2 }, task_id: "cut-off" });
  await put("/api/limits/brand:halilit", { concurrency: 4 });
  const task = { type: "test", input: { delay_s: 0 } };
  await first.json("/api/queue/pause", { method: "POST", body: JSON.stringify({ key: "brand:halilit" }) });
  await put("/api/schedules/nightly", { cron: "0 3 * * *", time_zone: "Asia/Jerusalem", task });
  await until("cut-off runs", async () => (await tasksOf(first)).get("cut-off") === "running");
  assertEquals(await first.end("SIGTERM"), 0);

  await copyFolder(join(first.folder, "data"), join(copy, "data"));
  await using second = await startService({ folder: copy });
  const secret = (folder: string) => Deno.readTextFile(join(folder, "data", "webhook_secret"));
  assertEquals(await secret(copy), await secret(first.folder));
  const limit = await get<{ concurrency: number; paused: boolean }>(second, "/api/limits/brand:halilit");
  assertEquals([limit.concurrency, limit.paused], [4, true]);
  assertEquals((await get<{ cron: string }>(second, "/api/schedules/nightly")).cron, "0 3 * * *");
  assertEquals(
    (await get<{ status: string }>(second, "/api/tasks/cut-off?wait_s=20")).status,
    "completed",
    "what the stop cut off runs again",
  );
  const tasks = await tasksOf(second);
  assertEquals(tasks.get("later"), "delayed");
  assertEquals([...tasks.values()].filter((status) => status === "completed").length, 6);
  assertEquals(tasks.size, 7);
});

Deno.test({
  name:
    "the index is in the copy; without chroma it makes its vectors anew, without search.db a scrape makes it anew",
  ignore: LACKS_CHROMA,
  fn: async () => {
    await using site = startSite({}, (request) => {
      const number = /^\/(\d+)\.html$/.exec(new URL(request.url).pathname)?.[1];
      if (number === undefined) return new Response("no such page", { status: 404 });
      return new Response(pageOf(Number(number)), {
        headers: { "content-type": "text/html; charset=utf-8" },
      });
    });
    const urls = Array.from({ length: 12 }, (_, i) => `${site.url}/${i}.html`);
    const copies = await Deno.makeTempDir({ prefix: "tutti-backup-" });
    await using _copies = { [Symbol.asyncDispose]: () => Deno.remove(copies, { recursive: true }) };
    await using first = await startSearching({ site });
    await chromaConnected(first);
    await scrapeInto(first, urls);
    await settled(first);
    const all = await everything(first);
    assertEquals(all.size, urls.length);
    await first.end("SIGTERM");
    for (const name of ["whole", "wordsOnly", "vectorsOnly", "lean"]) {
      await Deno.mkdir(join(copies, name));
      await copyFolder(join(first.folder, "data"), join(copies, name, "data"));
    }

    await using whole = await startSearching({ site, folder: join(copies, "whole") });
    await chromaConnected(whole);
    assertEquals(await everything(whole), all);
    await balanced(whole);
    const { degraded, passages } = await search(whole, "piano", { mode: "vector" });
    assertEquals([degraded, passages.length > 0], [false, true]);
    await whole.end("SIGTERM");

    await leaveOut(join(copies, "wordsOnly", "data"), ["chroma"]);
    await using wordsOnly = await startSearching({ site, folder: join(copies, "wordsOnly") });
    await chromaConnected(wordsOnly);
    await settled(wordsOnly);
    assertEquals(await everything(wordsOnly), all);
    await balanced(wordsOnly);
    await wordsOnly.end("SIGTERM");

    await leaveOut(join(copies, "vectorsOnly", "data"), ["search.db", "search.db-wal", "search.db-shm"]);
    await using vectorsOnly = await startSearching({ site, folder: join(copies, "vectorsOnly") });
    await chromaConnected(vectorsOnly);
    await scrapeInto(vectorsOnly, urls);
    await settled(vectorsOnly);
    assertEquals(await everything(vectorsOnly), all);
    await balanced(vectorsOnly);
    await vectorsOnly.end("SIGTERM");

    await leaveOut(join(copies, "lean", "data"), ["search.db", "search.db-wal", "search.db-shm", "chroma"]);
    await using lean = await startSearching({ site, folder: join(copies, "lean") });
    await chromaConnected(lean);
    assertEquals((await everything(lean)).size, 0);
    await scrapeInto(lean, urls);
    await settled(lean);
    assertEquals(await everything(lean), all);
    await balanced(lean);
  },
});

async function leaveOut(data: string, names: string[]): Promise<void> {
  for (const name of names) {
    await Deno.remove(join(data, name), { recursive: true }).catch((error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    });
  }
}

/** Nothing is on its way any more, and every passage has its vector: a start compares what Chroma has with the book. */
async function settled(service: ServiceProcess): Promise<void> {
  await idle(service);
  await until("every passage has its vector", async () => {
    const { store, vectors, balanced, owed_vectors } = await get<BooksBody>(service, "/api/index/books");
    return balanced && vectors === store && owed_vectors === 0;
  });
}
