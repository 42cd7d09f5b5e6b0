import { assertEquals } from "@std/assert";
import { isAllowed, parseRobots } from "../../src/scraping/robots.ts";

interface Verdict {
  id: string;
  google_specific: boolean;
  robots_b64: string;
  url: string;
  ua: string;
  expected: "ALLOWED" | "DISALLOWED";
}

const verdicts = (await Deno.readTextFile(new URL("../fixtures/robots.jsonl", import.meta.url))).trim().split(
  "\n",
)
  .map((line) => JSON.parse(line) as Verdict);

Deno.test("isAllowed() gives every standard verdict of Google's robots.txt tests", () => {
  const wrong = verdicts.filter((verdict) => {
    const bytes = Uint8Array.fromBase64(verdict.robots_b64);
    const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
    const allowed = isAllowed(parseRobots(text, verdict.ua), verdict.url);
    return !verdict.google_specific && allowed !== (verdict.expected === "ALLOWED");
  });
  assertEquals(wrong.map(({ id }) => id), []);
  assertEquals(verdicts.length, 203);
});

const table: [string, string, string, boolean][] = [
  ["no file, no rules", "", "https://a.example/x", true],
  ["longest match wins", "User-agent: *\nDisallow: /a\nAllow: /a/b", "https://a.example/a/b/c", true],
  ["allow wins a tie", "User-agent: *\nDisallow: /a\nAllow: /a", "https://a.example/a", true],
  [
    "own group hides the star group",
    "User-agent: *\nDisallow: /\n\nUser-agent: tuttibot\nDisallow: /x",
    "https://a.example/",
    true,
  ],
  [
    "groups of one agent are merged",
    "User-agent: TuttiBot\nDisallow: /a\nUser-agent: b\nDisallow: /b\nUser-agent: tuttibot\nDisallow: /c",
    "https://a.example/c",
    false,
  ],
  ["star in the middle", "User-agent: *\nDisallow: /*.pdf$", "https://a.example/d/x.pdf", false],
  ["dollar anchors", "User-agent: *\nDisallow: /*.pdf$", "https://a.example/d/x.pdf?y", true],
  ["the query counts", "User-agent: *\nDisallow: /*?sort=", "https://a.example/d?sort=1", false],
  ["Hebrew path", "User-agent: *\nDisallow: /מבצע", new URL("https://a.example/מבצע").href, false],
  ["a comment ends a rule", "User-agent: * # all\nDisallow: /a # not this\n", "https://a.example/a", false],
];

for (const [name, text, url, expected] of table) {
  Deno.test(`isAllowed() is ${expected}: ${name}`, () => {
    assertEquals(isAllowed(parseRobots(text, "TuttiBot/0.1 (+https://a.example)"), url), expected);
  });
}

Deno.test("parseRobots() reads crawl delay and sitemaps", () => {
  const rules = parseRobots(
    "Sitemap: https://a.example/s.xml\nUser-agent: *\nCrawl-delay: 2.5\n",
    "TuttiBot",
  );
  assertEquals(rules.crawlDelayS, 2.5);
  assertEquals(rules.sitemaps, ["https://a.example/s.xml"]);
});

Deno.test("isAllowed() ends soon for a pattern of thousands of stars", () => {
  const rules = parseRobots(`User-agent: *\nDisallow: /${"*a".repeat(4000)}b$`, "TuttiBot");
  assertEquals(isAllowed(rules, `https://a.example/${"a".repeat(8000)}`), true);
});
