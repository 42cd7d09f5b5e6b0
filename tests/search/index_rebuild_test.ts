import { assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { ServiceError } from "../../src/platform/errors.ts";
import { contentsOf, docId, IndexBench, page, sections } from "./index_fixture.ts";

function fill(at: IndexBench, ...names: string[]): void {
  for (const name of names) at.put(page(name, sections(`${name} pianos`, `${name} organs`)));
}

function states(at: IndexBench): string[] {
  return at.book.generations.all().map(({ no, state }) => `${no} ${state}`);
}

Deno.test("a rebuild is only begun where the recipe or the embedder is another, or it is asked for", () => {
  using at = new IndexBench();
  fill(at, "a", "b", "c", "d", "e");
  const begin = (force = false) => at.book.transaction(() => at.rebuild.begin({ force, sliceSize: 2 }));
  assertEquals(begin().generation, undefined);
  at.reopen({ embedderId: "test-2" });
  const begun = begin();
  assertEquals(begun.generation, 2);
  assertEquals(begun.documents, 5);
  assertEquals(begun.slices, [{ afterNo: 0, upToNo: 2 }, { afterNo: 2, upToNo: 4 }, {
    afterNo: 4,
    upToNo: 5,
  }]);
  assertEquals(begin().generation, 2, "found, not begun again");
  at.reopen({ embedderId: "test-3" });
  assertEquals(states(at), ["1 serving", "2 retired"], "nobody would finish it");
  at.tidy();
  assertEquals(begin().generation, 3, "a number is never used again: collections bear it");
  at.reopen({ embedderId: "test-1" });
  at.tidy();
  assertEquals(begin().generation, undefined);
  assertEquals(begin(true).generation, 4);
});

Deno.test("while a generation is built the old one serves; what is put and removed goes into both; the switch is whole", async () => {
  using at = new IndexBench();
  fill(at, "a", "b", "c", "d");
  at.pay();
  at.reopen({ embedderId: "test-2" });
  const { generation, slices } = at.book.transaction(() => at.rebuild.begin({ force: false, sliceSize: 2 }));
  const finish = () => at.book.transaction(() => at.rebuild.finish(generation!));
  at.run(at.rebuild.slice(generation!, slices[0]!));
  assertEquals(at.run(at.rebuild.slice(generation!, slices[0]!)), { done: 0 }, "twice is once");
  fill(at, "e");
  at.put(page("a", sections("a flutes"), { fetchedMs: 2000 }));
  at.put(page("c", sections("c flutes"), { fetchedMs: 2000 }));
  at.remove({ documentId: docId("d") });
  assertEquals(finish().missingDocuments, 0, "b and a by the slice, c and e by their puts");
  assertEquals(at.run(at.rebuild.slice(generation!, slices[1]!)), { done: 0 });
  assertEquals(at.core.serving, 1);
  assertEquals(finish(), { whole: false, missingDocuments: 0, owedVectors: 6 }, "the old one has vectors");
  await at.assertBooks();
  at.pay();
  assertEquals(finish(), { whole: true, missingDocuments: 0, owedVectors: 0 });
  assertEquals(finish().whole, true, "told twice");
  assertEquals(states(at), ["1 retired", "2 serving"]);
  assertEquals(at.book.debts.removals(10), [], "of a collection that goes as a whole");
  assertEquals(at.book.debts.dropped(), ["tutti-1-test-1-en"]);
  assertEquals(at.book.debts.collections(), [{ collection: "tutti-2-test-2-en", records: 6 }]);
  at.tidy();
  assertEquals(states(at), ["2 serving"]);
  assertEquals(at.query("SELECT DISTINCT generation FROM chunks"), [{ generation: 2 }]);
  assertEquals(at.query("SELECT name FROM sqlite_master WHERE name LIKE 'words_1%'"), []);
  await at.assertBooks();
  using fresh = new IndexBench({ embedderId: "test-2" });
  fill(fresh, "b", "e");
  fresh.put(page("a", sections("a flutes"), { fetchedMs: 2000 }));
  fresh.put(page("c", sections("c flutes"), { fetchedMs: 2000 }));
  assertEquals(contentsOf(at.path), contentsOf(fresh.path));
  assertThrows(() => at.book.transaction(() => at.rebuild.finish(77)), ServiceError);
});

Deno.test("where the old generation has no vectors the new one need not have them; documents always", () => {
  using at = new IndexBench();
  fill(at, "a", "b");
  const { generation, slices } = at.book.transaction(() => at.rebuild.begin({ force: true, sliceSize: 1 }));
  at.run(at.rebuild.slice(generation!, slices[0]!));
  const finish = () => at.book.transaction(() => at.rebuild.finish(generation!));
  assertEquals(finish(), { whole: false, missingDocuments: 1, owedVectors: 2 });
  at.run(at.rebuild.slice(generation!, slices[1]!));
  assertEquals(finish().whole, true);
  assertEquals(at.book.debts.dropped(), [], "it was never written to");
});

Deno.test("only debts of the embedder at hand are handed out, the serving generation's first", () => {
  using at = new IndexBench();
  fill(at, "a", "b");
  at.reopen({ embedderId: "test-2" });
  const { generation, slices } = at.book.transaction(() => at.rebuild.begin({ force: false, sliceSize: 10 }));
  at.run(at.rebuild.slice(generation!, slices[0]!));
  assertEquals(new Set(at.book.debts.owed(100).map((debt) => debt.generation)), new Set([2]));
  assertEquals(at.book.chunks.owesOf(docId("a")), true);
  at.pay();
  assertEquals(at.book.chunks.owesOf(docId("a")), false, "the old one's can never be paid");
  at.book.transaction(() => at.rebuild.finish(generation!));
  const forced = at.book.transaction(() => at.rebuild.begin({ force: true, sliceSize: 10 }));
  at.run(at.rebuild.slice(forced.generation!, forced.slices[0]!));
  at.book.debts.lost("tutti-2-test-2-en", at.book.debts.idsOf("tutti-2-test-2-en", "", 1));
  assertEquals(at.book.debts.owed(2).map((debt) => debt.generation), [2, 3]);
});

Deno.test("a large document is written in steps, and one cut off is taken up again", async () => {
  const names = Array.from({ length: 200 }, (_, i) => `piano ${i}`);
  const first = page("a", sections(...names));
  const second = page("a", sections(...names.map((name, i) => i % 3 === 0 ? `${name} new` : name)), {
    title: "Another",
    fetchedMs: 2000,
  });
  using fresh = new IndexBench();
  fresh.put(second);
  let steps = 0;
  for (let stopAfter = 1;; stopAfter += 3) {
    using at = new IndexBench();
    at.put(first);
    at.pay();
    const work = at.core.put(second);
    let isDone = false;
    for (steps = 0; steps < stopAfter && !isDone; steps++) {
      isDone = at.book.transaction(() => work.next()).done!;
    }
    if (stopAfter === 1) assertEquals(isDone, false, "a step is short");
    at.reopen(); // what kill -9 leaves: the steps that were committed
    at.tidy();
    assertEquals(contentsOf(at.path), contentsOf(fresh.path));
    assertEquals(at.book.debts.owed(1000).length, 200, "another title: all vectors");
    await at.assertBooks();
    if (isDone) break;
  }
  assertNotEquals(steps, 1);
});

Deno.test("a large document that is put again, or removed, while it is written ends as the last one said", async () => {
  const names = Array.from({ length: 200 }, (_, i) => `piano ${i}`);
  const first = page("a", sections(...names));
  const second = page("a", sections(...names.toReversed().slice(50)), { fetchedMs: 2000 });
  for (const then of ["put", "put the same", "remove", "remove, put"] as const) {
    using at = new IndexBench();
    using fresh = new IndexBench();
    const works = [at.core.put(first)];
    at.book.transaction(() => works[0]!.next());
    if (then === "put") works.push(at.core.put(second));
    if (then === "put the same") works.push(at.core.put(first));
    if (then.startsWith("remove")) works.push(at.core.remove({ documentId: docId("a") }) as never);
    at.book.transaction(() => works[1]!.next());
    if (then === "remove, put") works.push(at.core.put(second));
    for (let left = works; left.length > 0;) {
      left = left.filter((work) => !at.book.transaction(() => work.next()).done);
    }
    if (then === "put the same") fresh.put(first);
    else if (then !== "remove") fresh.put(second);
    assertEquals(contentsOf(at.path), contentsOf(fresh.path), then);
    await at.assertBooks();
  }
});

Deno.test("a removal that was cut off is gone on with", async () => {
  using at = new IndexBench();
  at.put(page("a", sections(...Array.from({ length: 300 }, (_, i) => `piano ${i}`))));
  const work = at.core.remove({ documentId: docId("a") });
  const { done } = at.book.transaction(() => work.next());
  assertEquals(at.core.find({ documentId: docId("a") }), undefined, "not shown any more");
  if (!done) at.reopen();
  at.tidy();
  using fresh = new IndexBench();
  assertEquals(contentsOf(at.path), contentsOf(fresh.path));
  await at.assertBooks();
});
