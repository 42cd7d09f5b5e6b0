import { assertEquals } from "@std/assert";
import { AnswerCache } from "../../src/search/answer_cache.ts";
import type { SearchAnswer, SearchQuery } from "../../src/search/retrieval_port.ts";
import { Cache } from "../../src/cache/mod.ts";
import { MemoryCacheStore } from "../../src/cache/adapters/memory_cache_store.ts";

const QUERY: SearchQuery = { query: "piano", k: 10, mode: "hybrid" };

function answer(name: string, degraded = false): SearchAnswer {
  return { passages: [], degraded, corrections: [{ from: name, to: [] }], tookMs: 1 };
}

function open() {
  const cache = new Cache(new MemoryCacheStore({ maxBytes: 1 << 20 }), { memoryMaxBytes: 0, warn: () => {} });
  const answers = new AnswerCache(cache, {
    onError: (error) => {
      throw error;
    },
  });
  const ask = async (name: string, maxAgeS = 60, query = QUERY) => {
    const found = await answers.answer(query, maxAgeS, () => Promise.resolve(answer(name)));
    return [found.corrections[0]!.from, found.cached];
  };
  return { answers, ask };
}

Deno.test("an answer is kept for those who take an old one, and is that of the very same query", async () => {
  const { ask } = open();
  assertEquals(await ask("first"), ["first", false]);
  assertEquals(await ask("second"), ["first", true]);
  assertEquals(await ask("third", 60, { ...QUERY, k: 9 }), ["third", false]);
  assertEquals(await ask("fourth", 0), ["fourth", false]);
});

Deno.test("a change of the index cuts what was kept, also while a search runs", async () => {
  const { answers, ask } = open();
  await ask("old");
  answers.cut();
  assertEquals(await ask("new"), ["new", false]);
  const slow = Promise.withResolvers<SearchAnswer>();
  const pending = answers.answer({ ...QUERY, k: 3 }, 60, () => slow.promise);
  await new Promise((resolve) => setTimeout(resolve, 10)); // it looks into the cache first
  answers.cut();
  slow.resolve(answer("from before the change"));
  await pending;
  assertEquals(await ask("after", 60, { ...QUERY, k: 3 }), ["after", false]);
});

Deno.test("a degraded answer is not kept", async () => {
  const { answers, ask } = open();
  await answers.answer(QUERY, 60, () => Promise.resolve(answer("words alone", true)));
  assertEquals(await ask("whole"), ["whole", false]);
});
