import { assert, assertEquals, assertMatch } from "@std/assert";
import { ID_PATTERN, newTaskId, randomSuffix } from "../../src/platform/ids.ts";

Deno.test("newTaskId() has the contract's form and fits the id pattern", () => {
  const id = newTaskId("scrape", "halilit", 1735230772123);
  assertMatch(id, /^scrape_halilit_1735230772\.123-[0-9a-z]{12}$/);
  assertMatch(id, ID_PATTERN);
});

Deno.test("newTaskId() is unique and sorts by creation, also within one millisecond and when the clock steps back", () => {
  const start = 1800000000000;
  const ids = Array.from({ length: 5000 }, (_, i) => newTaskId("test", undefined, start - (i % 3)));
  assertEquals(new Set(ids).size, ids.length);
  assertEquals([...ids].sort(), ids);
});

Deno.test("newTaskId() turns a brand in any script into a safe label", () => {
  for (const brand of ["רולנד", "a b/c", "x".repeat(200), "%00"]) {
    assertMatch(newTaskId("scrape", brand, 1900000000000), ID_PATTERN);
  }
});

Deno.test("randomSuffix() gives as many characters as asked, across refills", () => {
  for (let i = 0; i < 2000; i++) assert(/^[0-9a-z]{7}$/.test(randomSuffix(7)));
});
