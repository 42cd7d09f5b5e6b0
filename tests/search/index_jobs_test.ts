import { assertEquals, assertRejects } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { ServiceError } from "../../src/platform/errors.ts";
import { IndexJobs } from "../../src/search/index_jobs.ts";
import type { IndexWork } from "../../src/search/index_work.ts";
import { contentsOf, docId, IndexBench, page, sections } from "./index_fixture.ts";

function jobsOf(at: IndexBench): { jobs: IndexJobs; commits: () => number; faults: () => number } {
  let commits = 0;
  let faults = 0;
  const jobs = new IndexJobs(at.book, { onCommitted: () => void commits++, onFault: () => void faults++ });
  return { jobs, commits: () => commits, faults: () => faults };
}

Deno.test("what has come together shares one commit, and is answered after it", async () => {
  using at = new IndexBench();
  const { jobs, commits } = jobsOf(at);
  const names = ["a", "b", "c"];
  for (const name of names) at.put(page(name, sections(name)));
  const onDisk = () => at.query("SELECT fetched_ms FROM documents").map((row) => row.fetched_ms);
  const seen: unknown[] = [];
  const touches = names.map((name) => {
    const touch = function* (): IndexWork<boolean> {
      yield* [];
      return at.core.touch(docId(name), 5000);
    };
    return jobs.add(touch).then(() => seen.push(onDisk()));
  });
  assertEquals(onDisk(), [1000, 1000, 1000]);
  await Promise.all(touches);
  assertEquals(commits(), 1);
  assertEquals(seen, names.map(() => [5000, 5000, 5000]));
});

Deno.test("one that fails undoes nothing of its neighbours, and of itself everything", async () => {
  using at = new IndexBench();
  const { jobs } = jobsOf(at);
  const bad = function* (): IndexWork<void> {
    yield* at.core.put(page("bad", sections("bad"))) as unknown as IndexWork<void>;
    throw new TypeError("broken");
  };
  const first = jobs.add(() => at.core.put(page("a", sections("a"))));
  const second = assertRejects(() => jobs.add(bad), ServiceError, "broken");
  const third = jobs.add(() => at.core.put(page("c", sections("c"))));
  await Promise.all([first, second, third]);
  using fresh = new IndexBench();
  for (const name of ["a", "c"]) fresh.put(page(name, sections(name)));
  assertEquals(contentsOf(at.path), contentsOf(fresh.path));
  await at.assertBooks();
});

Deno.test("a long work does not hold others: they are answered between its steps", async () => {
  using at = new IndexBench();
  const { jobs } = jobsOf(at);
  const order: string[] = [];
  const large = page("large", sections(...Array.from({ length: 400 }, (_, i) => `piano ${i}`)));
  const long = jobs.add(() => at.core.put(large)).then(() => order.push("long"));
  await jobs.add(() => at.core.put(page("a", sections("a")))).then(() => order.push("short"));
  await long;
  assertEquals(order, ["short", "long"]);
  await at.assertBooks();
});

Deno.test("works take turns, however many of them are long", async () => {
  using at = new IndexBench();
  const { jobs } = jobsOf(at);
  let isOver = false;
  const long = Array.from({ length: 4 }, () =>
    jobs.add(function* (): IndexWork<void> {
      while (!isOver) {
        const endMs = performance.now() + 15;
        while (performance.now() < endMs);
        yield;
      }
    }));
  let turns = 0;
  const late = setTimeout(() => isOver = true, 5000);
  await jobs.add(function* (): IndexWork<void> {
    for (; turns < 3 && !isOver; turns++) yield;
  });
  assertEquals([turns, isOver], [3, false]);
  isOver = true;
  clearTimeout(late);
  await Promise.all(long);
});

Deno.test("a full disk is told, half of nothing is stored, and it goes on when there is room", async () => {
  using at = new IndexBench();
  const { jobs, faults } = jobsOf(at);
  const put = (name: string, text: string) => jobs.add(() => at.core.put(page(name, text)));
  await put("a", sections("a"));
  const before = contentsOf(at.path);
  at.limitPages(1);
  const large = sections(...Array.from({ length: 100 }, (_, i) => `piano ${i}`));
  const small = jobs.add(function* (): IndexWork<boolean> {
    yield* [];
    return at.core.touch(docId("a"), 9000);
  });
  const shared = assertRejects(() => small, ServiceError);
  const error = await assertRejects(() => put("b", large), ServiceError);
  await shared; // done, and undone with the transaction it shared
  assertEquals([error.code, faults()], ["storage_full", 1]);
  assertEquals(contentsOf(at.path), before);
  await at.assertBooks();
  at.limitPages(1_000_000);
  assertEquals((await put("b", large)).change, "new");
  await at.assertBooks();
});

Deno.test("close() runs what has come and refuses what is not over", async () => {
  using at = new IndexBench();
  const { jobs } = jobsOf(at);
  const short = jobs.add(() => at.core.put(page("a", sections("a"))));
  const long = jobs.add(function* (): IndexWork<void> {
    for (;;) yield;
  });
  jobs.close();
  assertEquals((await short).documentId, docId("a"));
  await assertRejects(() => long, ServiceError, "being closed");
  using db = new DatabaseSync(at.path, { readOnly: true });
  assertEquals(db.prepare("SELECT count(*) AS n FROM documents").get()!.n, 1);
});
