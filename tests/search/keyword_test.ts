import { assert, assertEquals } from "@std/assert";
import { labelTerm } from "../../src/search/adapters/word_names.ts";
import { KeywordShelf } from "./keyword_shelf.ts";

Deno.test("a Hebrew word finds its forms with prefixes and endings, itself first", () => {
  using shelf = new KeywordShelf();
  shelf.put(1, "ושבספרים של הסופר נכתב אחרת");
  shelf.put(2, "הספריות נסגרו אתמול בערב");
  shelf.put(3, "קראתי את ספרים האלה פעם");
  shelf.put(4, "מים זכים וקרים");
  assertEquals(shelf.find("ספרים")[0], 3);
  assertEquals(shelf.find("ספרים").includes(1), true, "prefixes");
  assertEquals(shelf.find("ספרים").includes(2), true, "endings");
  assertEquals(shelf.find("ספרים").includes(4), false);
});

Deno.test("a Hebrew word with a prefix finds the word without it", () => {
  using shelf = new KeywordShelf();
  shelf.put(1, "פסנתר חדש לסלון");
  shelf.put(2, "גיטרה ישנה");
  assertEquals(shelf.find("והפסנתר"), [1]);
  assertEquals(shelf.find("בגיטרה"), [2]);
  shelf.put(3, "המחשב נדלק");
  const { hits, corrections } = shelf.index.search(1, "מחשב", { limit: 5 });
  assertEquals(hits.map(({ seq }) => seq), [3], "a word that begins like a prefix");
  assertEquals(corrections, []);
});

Deno.test("letters of a short word are not taken for a prefix", () => {
  using shelf = new KeywordShelf();
  shelf.put(1, "של מי זה");
  shelf.put(2, "בית");
  assertEquals(shelf.find("שבית").includes(1), false);
  assertEquals(shelf.find("הבית"), [2]);
});

Deno.test("spelling with niqqud, final letters or gershayim makes no difference", () => {
  using shelf = new KeywordShelf();
  shelf.put(1, 'שָׁלוֹם לחיילי צה"ל');
  for (const query of ["שלום", "שלומ", "צהל", "צה״ל"]) assertEquals(shelf.find(query), [1], query);
});

Deno.test("a name in one script finds it in the other, behind what is written as asked", () => {
  using shelf = new KeywordShelf();
  shelf.put(1, "The Roland FP-30X digital piano has 88 keys");
  shelf.put(2, "פסנתר רולנד FP-30X לבן");
  shelf.put(3, "פסנתר של ימאהה");
  shelf.put(4, "הוראות לברולנד ולרולנד");
  assertEquals(shelf.find("רולנד FP-30X").slice(0, 2), [2, 1]);
  assertEquals(shelf.find("roland fp30").slice(0, 2), [1, 2]);
  assert(shelf.find("roland").includes(4), "with a Hebrew prefix");
  assertEquals(shelf.find("yamaha"), [3]);
  assertEquals(shelf.find("לרולנד").includes(1), true);
});

Deno.test("a model is found however it is put together", () => {
  using shelf = new KeywordShelf();
  shelf.put(1, "Sony WF-1000XM4 earbuds");
  shelf.put(2, "the FP30X stand");
  shelf.put(3, "GTX 1080 card");
  for (const query of ["wf1000xm4", "WF-1000XM4", "wf 1000xm4"]) assertEquals(shelf.find(query)[0], 1, query);
  for (const query of ["FP-30X", "fp 30x", "fp30"]) assertEquals(shelf.find(query)[0], 2, query);
  assertEquals(shelf.find("gtx1080"), [3]);
});

Deno.test("English forms meet, and the form that was asked for comes first", () => {
  using shelf = new KeywordShelf();
  shelf.put(1, "resetting device settings here");
  shelf.put(2, "the setting is here");
  assertEquals(shelf.find("setting"), [2, 1]);
  assertEquals(shelf.find("SETTINGS")[0], 1);
});

Deno.test("a word that nobody has is corrected, and it is said how", () => {
  using shelf = new KeywordShelf();
  shelf.put(1, "configuration of the amplifier");
  shelf.put(2, "מחשבים ניידים");
  for (const query of ["amplifer", "ampilfier", "amplifierr", "amplafier", "ampliphier"]) {
    const { hits, corrections } = shelf.index.search(1, query, { limit: 5 });
    assertEquals(hits.map(({ seq }) => seq), [1], query);
    assertEquals(corrections, [{ from: query, to: ["amplifier"] }]);
  }
  assertEquals(shelf.index.search(1, "מחשביס", { limit: 5 }).corrections, [{
    from: "מחשביס",
    to: ["מחשבימ"],
  }]);
  assertEquals(shelf.index.search(1, "amplifier", { limit: 5 }).corrections, []);
});

Deno.test("numbers, models and short words are never corrected", () => {
  using shelf = new KeywordShelf();
  shelf.put(1, "FP30 1947 cat");
  for (const query of ["FP31", "FP300", "1948", "19470", "cut"]) {
    assertEquals(shelf.index.search(1, query, { limit: 5 }), {
      hits: [],
      words: shelf.index.search(1, query, { limit: 5 }).words,
      corrections: [],
    });
  }
});

Deno.test("a title that is the query comes before a text that has it", () => {
  using shelf = new KeywordShelf();
  shelf.put(1, "create table", { title: "Notes on many other things of the kind" });
  shelf.put(3, "describes how it is done", { title: "CREATE TABLE" });
  shelf.put(2, "describes how it is done", { title: "CREATE TABLE AS and other commands of this kind" });
  assertEquals(shelf.find("create table").slice(0, 2), [3, 2]);
});

Deno.test("a rare word tells more than common ones", () => {
  using shelf = new KeywordShelf();
  for (let seq = 1; seq <= 50; seq++) shelf.put(seq, "how to set the value of the option");
  shelf.put(51, "zebra");
  assertEquals(shelf.find("how to set the zebra")[0], 51);
});

Deno.test("labels must all be there, case and all, and are no words", () => {
  using shelf = new KeywordShelf();
  shelf.put(1, "piano", { labels: ["brand:Roland", "lang:en", "tag:a b"] });
  shelf.put(2, "piano", { labels: ["brand:roland", "lang:en", `tag:${"x".repeat(300)}`] });
  shelf.put(3, "piano");
  assertEquals(shelf.find("piano", ["brand:Roland"]), [1]);
  assertEquals(shelf.find("piano", ["brand:roland", "lang:en"]), [2]);
  assertEquals(shelf.find("piano", ["brand:roland", "tag:a b"]), []);
  assertEquals(shelf.find("piano", ["tag:a b"]), [1]);
  assertEquals(shelf.find("piano", [`tag:${"x".repeat(300)}`]), [2]);
  assertEquals(shelf.find("piano", [`tag:${"y".repeat(300)}`]), []);
  assertEquals(shelf.find("brand"), []);
  assertEquals(shelf.find(labelTerm("brand:Roland")), []);
  shelf.put(4, "piano", { labels: ["brand:Roland"] });
  assertEquals(shelf.find("piano", ["brand:Roland"]), [1, 4], "one that came after the label was read");
});

Deno.test("words say what each tells and how it may be written", () => {
  using shelf = new KeywordShelf();
  for (let seq = 1; seq <= 20; seq++) shelf.put(seq, "פסנתר");
  shelf.put(21, "הרולנד roland");
  const { words } = shelf.index.search(1, "רולנד פסנתר", { limit: 5 });
  assertEquals(words.map(({ text }) => text), ["רולנד", "פסנתר"]);
  assertEquals(words[0]!.forms.toSorted(), ["roland", "הרולנד"].toSorted());
  assert(words[0]!.weight > words[1]!.weight);
});
