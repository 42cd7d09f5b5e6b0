import { assertEquals } from "@std/assert";
import { client } from "./client.ts";

Deno.test("GET /api/cache/entries gives the keys of a prefix, the last used first", async () => {
  const { deps, call } = client();
  for (const key of ["page:1", "other:1", "page:2"]) {
    await deps.cache.set(key, "value", { maxAgeS: 60, tags: ["host:a"] });
  }
  const { status, body } = await call<{ entries: Record<string, unknown>[] }>(
    "/api/cache/entries?prefix=page%3A&limit=5",
  );
  assertEquals([status, body.entries.map(({ key }) => key)], [200, ["page:2", "page:1"]]);
  assertEquals([body.entries[0]?.tags, body.entries[0]?.size_bytes], [["host:a"], 7]);
  assertEquals((await call("/api/cache/entries?limit=0")).status, 422);
});
