import { assert, assertEquals } from "@std/assert";
import { skeletonOf, soundOf } from "../../src/platform/words/sound.ts";
import { familyOf } from "../../src/platform/words/family.ts";
import { languageOf, tokensOf, wordsOf } from "../../src/search/analysis/mod.ts";

const termsOf = (text: string) => tokensOf(text).map(({ terms }) => terms.join("|")).join(" ");

Deno.test("tokensOf() writes a word one way, however it is spelled", () => {
  assertEquals(termsOf("שָׁלוֹם"), termsOf("שלום"), "niqqud");
  assertEquals(termsOf("בְּרֵאשִׁ֖ית"), "בראשית", "cantillation");
  assertEquals(termsOf("מלך דם חן אף עץ"), "מלכ דמ חנ אפ עצ", "final letters");
  assertEquals(termsOf("Café NAÏVE"), "cafe naive", "case and diacritics");
  assertEquals(termsOf("ﬁne ＡＢＣ"), "fine abc", "compatibility forms");
  assertEquals(termsOf("של\u200fום"), "שלומ", "bidi marks");
});

Deno.test("tokensOf() keeps abbreviations and foreign names of Hebrew whole", () => {
  assertEquals(termsOf("צה\"ל כטמ״ם צה''ל"), "צהל כטממ צהל");
  assertEquals(termsOf("ג'וניור צ׳ארלס ג’ירפה"), "גוניור צארלס גירפה");
  assertEquals(termsOf("\"שלום\" 'hello'"), "שלומ hello", "quotes round a word are not of it");
});

Deno.test("tokensOf() takes a prefix that is written apart or before another script for no word", () => {
  assertEquals(termsOf("ב-25 ה-NSA הNSA לְ־7029"), "25 nsa nsa 7029");
  assertEquals(termsOf("חד־משמעי"), "חדמשמעי|חד|משמעי", "a maqaf joins words");
});

Deno.test("tokensOf() finds identifiers and models as a whole and by their parts", () => {
  assertEquals(termsOf("FP-30X"), "fp30x|fp|30x");
  assertEquals(termsOf("aclitem_eq"), "aclitemeq|aclitem|eq");
  assertEquals(termsOf("$libdir .pgpass WF-1000XM4"), "libdir pgpass wf1000xm4|wf|1000xm4");
  assertEquals(termsOf("GTX 1080"), "gtx 1080|gtx1080");
  assertEquals(termsOf("user's don't 7,029"), "user dont 7029");
});

Deno.test("tokensOf() says where each word stands", () => {
  const text = "קנו FP-30X היום";
  const [, model] = tokensOf(text);
  assertEquals(text.slice(model!.start, model!.end), "FP-30X");
});

Deno.test("tokensOf() cuts scripts without spaces into pairs", () => {
  assertEquals(termsOf("東京都"), "東京 京都");
});

Deno.test("wordsOf() writes letters and digits only, whatever the text", () => {
  const hostile = 'a"b*c^d NEAR(x) {title}: \0 -- \ud800 \u05f3\u0591 ' + "x".repeat(500);
  const fields = wordsOf({ title: hostile, headingPath: [hostile, "h2"], text: hostile });
  for (const field of Object.values(fields)) {
    assert(/^[\p{L}\p{N}]+(?: [\p{L}\p{N}]+)*$/u.test(field), field);
    assert(field.split(" ").every((term: string) => term.length <= 64));
  }
});

Deno.test("familyOf() puts forms of a word together and leaves short ones alone", () => {
  assertEquals(familyOf("הספריות"), familyOf("ספרימ"));
  assertEquals(familyOf("settings"), familyOf("setting"));
  assertEquals(familyOf("queries"), familyOf("query"));
  assertEquals(familyOf("stopped"), familyOf("stopping"));
  assertEquals(familyOf("בית"), "בית");
  assertEquals(familyOf("bus"), "bus");
});

Deno.test("soundOf() is the same of a name in both scripts", () => {
  const names = [
    "רולנד roland",
    "סמסונג samsung",
    "ימאהה yamaha",
    "סוני sony",
    "גלקסי galaxy",
    "אייפונ iphone",
  ];
  names.push(
    "מיקרוסופט microsoft",
    "קורג korg",
    "פיליפס philips",
    "קאנונ canon",
    "לנובו lenovo",
    "דייסונ dyson",
  );
  for (const pair of names) {
    const [hebrew, latin] = pair.split(" ");
    assertEquals(soundOf(hebrew!), soundOf(latin!), pair);
  }
  assert(soundOf("sony") !== soundOf("sand"));
  assertEquals(skeletonOf("RoLND"), "RLND");
  assertEquals(soundOf("fp30"), undefined);
});

Deno.test("languageOf() goes by letters first, then by what the page says", () => {
  assertEquals(languageOf("שלום Roland FP"), "he");
  assertEquals(languageOf("only a few Hebrew letters: שלום, the rest of it is plain English"), "en");
  assertEquals(languageOf("Guten Tag", "de-AT"), "de");
  assertEquals(languageOf("Guten Tag", "he"), "en");
});
