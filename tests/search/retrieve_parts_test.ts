import { assert, assertAlmostEquals, assertEquals, assertStringIncludes } from "@std/assert";
import { type Token, tokensOf } from "../../src/search/analysis/mod.ts";
import type { PassageKey } from "../../src/search/passage_port.ts";
import { languagesAsked } from "../../src/search/retrieve/collections_asked.ts";
import { WordFinder } from "../../src/search/retrieve/found_words.ts";
import { fuse, RANK_OFFSET } from "../../src/search/retrieve/fuse.ts";
import { LikelyTokens } from "../../src/search/retrieve/likely_tokens.ts";
import { groupByPage } from "../../src/search/retrieve/pages.ts";
import { plainTextOf } from "../../src/search/retrieve/plain_text.ts";
import { snippetOf } from "../../src/search/retrieve/snippet.ts";

let nextSeq = 1;
/** A chunk of a document whose headings and text have a hash. */
const key = (document: string, text: string, repeat = ""): PassageKey => ({
  seq: nextSeq++,
  documentId: document,
  chunkId: `${document}-${text.padStart(16, "0")}${repeat}`,
});
const WEIGHTS = { keyword: 1, vector: 0.3 };

const wordsOf = (query: string) =>
  tokensOf(query).map(({ start, end, terms }) => ({
    text: query.slice(start, end),
    forms: terms,
    weight: 1,
  }));
function snippet(markdown: string, query: string): string {
  const words = wordsOf(query);
  const plain = plainTextOf(markdown);
  return snippetOf(plain, new WordFinder(words).find(plain), words);
}

Deno.test("fuse() adds what each list gives a passage by its place", () => {
  const [a, b, c] = [key("d1", "a"), key("d2", "b"), key("d3", "c")];
  const fused = fuse({ keyword: [a, b], vector: [b, c] }, WEIGHTS);
  assertEquals(fused.map(({ seq }) => seq), [b.seq, a.seq, c.seq]);
  assertEquals(fused.map(({ keywordRank, vectorRank }) => [keywordRank, vectorRank]), [
    [2, 1],
    [1, undefined],
    [undefined, 2],
  ]);
  assertAlmostEquals(fused[0]!.score, 1 / (RANK_OFFSET + 2) + 0.3 / (RANK_OFFSET + 1));
});

Deno.test("fuse() shows a text once, whatever addresses it stands under", () => {
  const [first, twin, repeat, other] = [key("d1", "a"), key("d2", "a"), key("d2", "a", "-2"), key("d3", "b")];
  const fused = fuse({ keyword: [first, repeat, other], vector: [twin, other] }, WEIGHTS);
  assertEquals(fused.map(({ seq }) => seq), [first.seq, other.seq]);
  // The twin takes no place of its own: what comes after it is second, not third.
  assertEquals([fused[0]!.vectorRank, fused[1]!.keywordRank, fused[1]!.vectorRank], [1, 2, 2]);
});

Deno.test("groupByPage() orders pages by their best passage and keeps perPage of each", () => {
  const passages = fuse({
    keyword: [key("d1", "a"), key("d2", "b"), key("d1", "c"), key("d1", "d"), key("d3", "e")],
    vector: [],
  }, WEIGHTS);
  const pages = groupByPage(passages, { k: 2, perPage: 2 });
  assertEquals(pages.map(({ documentId }) => documentId), ["d1", "d2"]);
  assertEquals(pages.map((page) => page.passages.length), [2, 1]);
});

Deno.test("groupByPage() does not let many weak passages of a page beat the best passage of another", () => {
  const weak = Array.from({ length: 30 }, (_, at) => key("long", `w${at}`));
  const passages = fuse({ keyword: [key("right", "best"), ...weak], vector: [] }, WEIGHTS);
  assertEquals(groupByPage(passages, { k: 1, perPage: 3 })[0]!.documentId, "right");
});

Deno.test("plainTextOf() takes Markdown's marks away and leaves the words", () => {
  const cases: [string, string][] = [
    ["## Head\n\nSome **bold** and *soft* `code_x` text.", "Head Some bold and soft code_x text."],
    [
      "[A link](https://x.example/a_(b)) and ![a picture](p.png) <https://y.example>",
      "A link and a picture https://y.example",
    ],
    ["| a | b |\n|---|:-:|\n| 1 | 2 |", "a b 1 2"],
    ["- one\n- two\n1. three\n> said", "one two three said"],
    ["```sql\nSELECT * FROM a_b;\n```", "SELECT * FROM a_b;"],
    ["snake_case_name and _soft_ and 2 * 3", "snake_case_name and soft and 2 * 3"],
    ["\\*kept\\* a \\< b", "*kept* a < b"],
    ["broken [link](nowhere and a < b", "broken link(nowhere and a < b"],
  ];
  for (const [markdown, plain] of cases) assertEquals(plainTextOf(markdown), plain);
});

Deno.test("plainTextOf() and snippetOf() stay quick on texts that are made to be slow", () => {
  for (const piece of ["](", "[", "<", "`", "*_", "\\", "a](b", "| ", "word", "wor-d", "é", "é ", "word "]) {
    const text = piece.repeat(200_000 / piece.length);
    const startedMs = performance.now();
    snippet(text, "word");
    assert(performance.now() - startedMs < 5_000, `${piece}: ${performance.now() - startedMs} ms`);
  }
});

Deno.test("snippetOf() marks the words found as they stand, and escapes everything", () => {
  assertEquals(
    snippet('Use `<script>` & "Pianos" with *care*', "pianos care"),
    "Use &lt;script&gt; &amp; &quot;<mark>Pianos</mark>&quot; with <mark>care</mark>",
  );
  assertEquals(snippet("care <b", "care"), "<mark>care</mark> &lt;b");
  assertEquals(snippet("only <b & c", "absent"), "only &lt;b &amp; c");
});

Deno.test("snippetOf() shows the window that has most of the query, 200 to 300 characters of it", () => {
  const filler = "Nothing of interest stands in this sentence at all. ".repeat(12);
  const text = `The amplifier hums. ${filler}Set the amplifier gain to zero before the reset. ${filler}`;
  const found = snippet(text, "amplifier gain reset");
  assertStringIncludes(
    found,
    "<mark>amplifier</mark> <mark>gain</mark> to zero before the <mark>reset</mark>",
  );
  const shown = found.replaceAll(/<\/?mark>/g, "");
  assert(shown.length >= 200 && shown.length <= 302, `${shown.length}`);
  assert(shown.startsWith("…") && shown.endsWith("…"));
});

Deno.test("snippetOf() begins at the beginning where nothing was found", () => {
  const text = "One sentence after the other. ".repeat(40);
  assert(snippet(text, "absent").startsWith("One sentence"));
});

Deno.test("WordFinder.coverage() is the weighted share of the query's words", () => {
  const words = wordsOf("rare common").map((word, at) => ({ ...word, weight: at === 0 ? 3 : 1 }));
  const finder = new WordFinder(words);
  assertEquals(finder.coverage(finder.find("a rare thing")), 0.75);
  assertEquals(finder.coverage(finder.find("common and rare")), 1);
  assertEquals(finder.coverage([]), 0);
});

Deno.test("languagesAsked() leaves out what a query can have nothing in common with", () => {
  const hash = { no: 1, embedderId: "hash-1-512", languages: ["en", "he", "fr"] };
  const served = { ...hash, embedderId: "openai-bge-m3" };
  assertEquals(languagesAsked(hash, "גיטרה חשמלית?"), ["he"]);
  assertEquals(languagesAsked(hash, "גיטרה FP"), ["en", "he", "fr"]);
  assertEquals(languagesAsked(hash, "פסנתר 30"), ["en", "he", "fr"]);
  assertEquals(languagesAsked(hash, "guitar"), ["en", "fr"]);
  assertEquals(languagesAsked(hash, "FP-30X"), ["en", "he", "fr"]);
  assertEquals(languagesAsked({ ...hash, languages: ["he"] }, "guitar"), ["he"]);
  assertEquals(languagesAsked(served, "גיטרה"), ["en", "he", "fr"]);
  assertEquals(languagesAsked(hash, "guitar", "fr"), ["fr"]);
  assertEquals(languagesAsked(hash, "guitar", "de"), []);
  assertEquals(languagesAsked({ ...hash, languages: ["en"] }, "גיטרה"), ["en"]);
});

Deno.test("LikelyTokens finds every word that tokensOf() finds", () => {
  const text = plainTextOf(
    "The GTX 1080 and a Roland FP-30X, user's 7,029 pages. call `pg_sleep(5)` ב-25 בדצמבר, צה\"ל והגיטרה של ג'וני צהל " +
      "日本語の text ABC,12 x AB 3CD-4 e.g. https://a.example/b_c?d=1 שָׁלוֹם שלום RX 580 CAFÉ cafe pgsleep sleep Ǆ ﬁn",
  );
  const all = tokensOf(text);
  for (const form of new Set(all.flatMap(({ terms }) => terms))) {
    const has = ({ terms }: { terms: string[] }) => terms.includes(form);
    const places = (tokens: Token[]) => tokens.filter(has).map(({ start, end }) => [start, end]);
    assertEquals(places(new LikelyTokens([form]).in(text)), places(all), form);
  }
  assert(new LikelyTokens(["roland"]).in(text).length < all.length / 2);
});

Deno.test("WordFinder leaves out what tells next to nothing beside the rest", () => {
  const [guitar, the] = wordsOf("guitar the");
  const finder = new WordFinder([{ ...guitar!, weight: 8 }, { ...the!, weight: 0.5 }]);
  assertEquals(finder.find("the guitar").length, 1);
  assertEquals(finder.coverage(finder.find("guitar")), 1);
  const only = new WordFinder([{ ...the!, weight: 0.5 }]);
  assertEquals(only.find("the guitar").length, 1);
});
