import { assertEquals } from "@std/assert";
import fc from "fast-check";
import type { IndexDocument } from "../../src/search/index_port.ts";
import { contentsOf, docId, IndexBench, page, sections } from "./index_fixture.ts";

type Step =
  | { do: "put"; name: string; parts: string[]; title: string; tags?: string[]; alias?: string }
  | { do: "remove"; name: string }
  | { do: "remove tag"; tag: string }
  | { do: "begin" | "slice" | "finish" | "pay" | "pay one" | "tidy" | "reopen" };

const name = fc.constantFrom("a", "b", "c", "d");
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("put" as const),
      name,
      parts: fc.array(fc.constantFrom("pianos", "organs", "drums", "פסנתר כנף שחור"), { maxLength: 4 }),
      title: fc.constantFrom("One", "Two"),
      tags: fc.option(fc.constantFrom<string[]>(["t"], ["t", "u"]), { nil: undefined }),
      alias: fc.option(name, { nil: undefined }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("remove" as const), name }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("remove tag" as const), tag: fc.constantFrom("t", "u") }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom("begin", "slice", "finish", "pay", "pay one", "tidy", "reopen"),
    }) as fc.Arbitrary<Step>,
  },
);

/** What the index should hold, said in the simplest way. */
class Model {
  documents = new Map<string, IndexDocument>();
  addresses = new Map<string, string>();

  put(document: IndexDocument): void {
    this.documents.set(document.documentId, document);
    for (const url of [document.url!, ...document.aliases ?? []]) {
      this.addresses.set(url, document.documentId);
    }
    const reached = new Set(this.addresses.values());
    for (const id of [...this.documents.keys()]) if (!reached.has(id)) this.documents.delete(id);
  }

  remove(which: (document: IndexDocument) => boolean): void {
    for (const document of [...this.documents.values()]) {
      if (!which(document)) continue;
      this.documents.delete(document.documentId);
      for (const [url, id] of [...this.addresses]) if (id === document.documentId) this.addresses.delete(url);
    }
  }

  /** A clean build of it, but for the addresses. */
  build(embedderId: string): IndexBench {
    const fresh = new IndexBench({ embedderId });
    for (const document of this.documents.values()) fresh.put({ ...document, aliases: undefined });
    return fresh;
  }
}

Deno.test("after any history the index equals a clean build of what is left, and its books balance at every step", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
      using at = new IndexBench();
      const model = new Model();
      let clock = 1000;
      let building: { generation: number; slices: { afterNo: number; upToNo: number }[] } | undefined;
      for (const one of steps) {
        switch (one.do) {
          case "put": {
            const document = page(one.name, sections(...one.parts), {
              title: one.title,
              tags: one.tags,
              aliases: one.alias === undefined ? undefined : [`https://shop.example/${one.alias}`],
              fetchedMs: ++clock,
            });
            at.put(document);
            model.put(document);
            break;
          }
          case "remove":
            at.remove({ documentId: docId(one.name) });
            model.remove(({ documentId }) => documentId === docId(one.name));
            break;
          case "remove tag":
            at.remove({ tag: one.tag });
            model.remove(({ tags }) => tags?.includes(one.tag) === true);
            break;
          case "begin": {
            const begun = at.book.transaction(() => at.rebuild.begin({ force: true, sliceSize: 1 }));
            building = { generation: begun.generation!, slices: begun.slices };
            break;
          }
          case "slice": {
            const slice = building?.slices.shift();
            if (slice !== undefined) at.run(at.rebuild.slice(building!.generation, slice));
            break;
          }
          case "finish":
            if (building !== undefined) {
              const { whole } = at.book.transaction(() => at.rebuild.finish(building!.generation));
              if (whole) building = undefined;
            }
            break;
          case "pay":
            at.pay();
            break;
          case "pay one":
            at.pay(1);
            at.book.debts.removed(at.book.debts.removals(1));
            break;
          case "tidy":
            at.tidy();
            break;
          case "reopen":
            at.reopen();
        }
        await at.assertBooks();
      }
      using fresh = model.build(at.embedderId);
      const { aliases, ...contents } = contentsOf(at.path);
      const { aliases: _own, ...expected } = contentsOf(fresh.path);
      assertEquals(contents, expected);
      const addresses = [...model.addresses].map(([url_key, id]) => JSON.stringify({ url_key, id }));
      assertEquals(aliases, addresses.toSorted());
    }),
    { numRuns: Number(Deno.env.get("INDEX_HISTORIES") ?? 40) },
  );
});
