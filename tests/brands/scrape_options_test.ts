import { assertEquals } from "@std/assert";
import { readProfile, scrapeOptionsOf } from "../../src/brands/mod.ts";

function profileOf(text: string) {
  const read = readProfile(text);
  if ("errors" in read) throw new Error(JSON.stringify(read.errors));
  return read.profile;
}

const profile = profileOf(`
brand: keys
hosts: [keys.example, "*.keys.example"]
fields: { title: { selector: h1 } }
next_selector: a.next
formats: [markdown]
freshness: { max_age_s: 60, stale_ok_s: 600 }
headers: { cookie: "a=1" }
render: auto
`);

Deno.test("scrapeOptionsOf() is what a profile asks for of a page of its hosts, on any port", () => {
  const options = {
    formats: ["markdown" as const],
    brandFields: { title: { selector: "h1" } },
    nextSelector: "a.next",
    maxAgeS: 60,
    staleOkS: 600,
    headers: { cookie: "a=1" },
    render: "auto" as const,
    index: true,
  };
  assertEquals(scrapeOptionsOf(profile, "https://keys.example/p"), options);
  assertEquals(scrapeOptionsOf(profile, "http://KEYS.example.:8080/"), options);
  assertEquals(scrapeOptionsOf(profile, "https://de.keys.example/p"), options);
});

for (
  const url of [
    "https://other.example/",
    "https://keys.example.evil.test/",
    "https://notkeys.example/",
    "https://keys.example@evil.test/",
    "not a url",
  ]
) {
  Deno.test(`scrapeOptionsOf() sends nothing of a profile to ${url}`, () => {
    assertEquals(scrapeOptionsOf(profile, url), undefined);
  });
}
