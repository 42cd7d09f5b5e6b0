import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { measuredSearch } from "../../src/metrics/measured_search.ts";
import type { SearchRecorder } from "../../src/metrics/port.ts";
import { searchOff } from "../../src/search/off.ts";
import type { Search } from "../../src/search/port.ts";

type Sample = Parameters<SearchRecorder["search"]>[0];

function measured(answer: () => Promise<{ degraded?: boolean; cached?: boolean }>) {
  const samples: Sample[] = [];
  const inner = { ...searchOff(), enabled: true, search: answer } as unknown as Search;
  let nowMs = 0;
  const search = measuredSearch(inner, { search: (sample) => void samples.push(sample) }, () => nowMs += 5);
  return { search, samples };
}

const QUERY = { query: "lamp", k: 10, mode: "hybrid" as const };

Deno.test("a search is counted by how it went: answered, cached, degraded, failed, aborted", async () => {
  const outcomes: string[] = [];
  for (const answer of [{}, { cached: true }, { degraded: true }]) {
    const { search, samples } = measured(() => Promise.resolve(answer));
    assertEquals(await search.search(QUERY) as unknown, answer);
    assertEquals(samples, [{ mode: "hybrid", outcome: samples[0]!.outcome, durationMs: 5 }]);
    outcomes.push(samples[0]!.outcome);
  }
  for (const aborted of [false, true]) {
    const { search, samples } = measured(() => Promise.reject(new Error("no")));
    const signal = aborted ? AbortSignal.abort() : undefined;
    await assertRejects(() => search.search(QUERY, { signal }), Error, "no");
    outcomes.push(samples[0]!.outcome);
  }
  assertEquals(outcomes, ["answered", "cached", "degraded", "failed", "aborted"]);
});

Deno.test("a search that is off counts nothing", () => {
  const off = searchOff();
  assertStrictEquals(measuredSearch(off, { search: () => {} }), off);
});
