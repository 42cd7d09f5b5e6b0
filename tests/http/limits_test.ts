import { assertEquals } from "@std/assert";
import { client } from "./client.ts";

type Problem = { code: string; errors?: { path: string; message: string }[] };

Deno.test("limits: set, shown, replaced as a whole, lifted; unknown ones are not found", async () => {
  const { call } = client();
  const put = (json: unknown) => call("/api/limits/brand:halilit", { method: "PUT", json });
  const first = await put({ concurrency: 4, rate: { count: 10, per_s: 0.5 } });
  const limit = {
    key: "brand:halilit",
    concurrency: 4,
    rate: { count: 10, per_s: 0.5 },
    paused: false,
    running: 0,
  };
  assertEquals([first.status, first.body], [200, limit]);
  assertEquals((await call("/api/limits/brand:halilit")).body, limit);
  assertEquals((await call("/api/limits")).body, { limits: [limit] });
  const { rate: _, ...replaced } = { ...limit, concurrency: 1 };
  assertEquals((await put({ concurrency: 1 })).body, replaced);

  const remove = () => call<Problem>("/api/limits/brand:halilit", { method: "DELETE" });
  const removed = await remove();
  assertEquals([removed.status, removed.body], [200, { key: "brand:halilit", removed: true }] as unknown);
  const again = await remove();
  assertEquals([again.status, again.body.code], [404, "not_found"]);
  assertEquals((await call<Problem>("/api/limits/brand:halilit")).body.code, "not_found");
  assertEquals((await call("/api/limits")).body, { limits: [] });
});

Deno.test("GET /api/limits shows a key that is paused and has no limit", async () => {
  const { call, deps } = client();
  await deps.queue.pause("host:a.example");
  assertEquals((await call("/api/limits")).body, {
    limits: [{ key: "host:a.example", paused: true, running: 0 }],
  });
});

for (
  const key of [
    "a/b",
    "100%",
    "%41",
    "a b?c#d",
    "מותג",
    "..a",
    "🎹".repeat(100),
    "x".repeat(128),
    "tenant:7",
    "a+b",
  ]
) {
  Deno.test(`/api/limits/{key} takes the percent-encoded key ${key.slice(0, 12)} as what it is`, async () => {
    const { call, deps } = client();
    const path = `/api/limits/${encodeURIComponent(key)}`;
    const put = await call(path, { method: "PUT", json: { concurrency: 1 } });
    assertEquals([put.status, put.body.key], [200, key]);
    assertEquals((await deps.queue.limits()).map((each) => each.key), [key]);
    assertEquals((await call(path)).status, 200);
    assertEquals((await call(path, { method: "DELETE" })).status, 200);
  });
}

for (const key of ["a%0ab", "a%00", "%7f", "x".repeat(129)]) {
  Deno.test(`/api/limits/{key} refuses the key ${key.slice(0, 12)}`, async () => {
    const { call } = client();
    for (const init of [{}, { method: "PUT", json: { concurrency: 1 } }, { method: "DELETE" }]) {
      const { status, body } = await call<Problem>(`/api/limits/${key}`, init);
      assertEquals([status, body.errors?.[0]?.path], [422, "key"]);
    }
  });
}

for (
  const [what, json, path] of [
    ["no bound", {}, ""],
    ["no tasks at once", { concurrency: 0 }, "concurrency"],
    ["more at once than there can be", { concurrency: 100_001 }, "concurrency"],
    ["half a task", { concurrency: 1.5 }, "concurrency"],
    ["a rate of none", { rate: { count: 0, per_s: 1 } }, "rate.count"],
    ["a rate of too many", { rate: { count: 10_001, per_s: 1 } }, "rate.count"],
    ["a window that is too short", { rate: { count: 1, per_s: 0.09 } }, "rate.per_s"],
    ["a window beyond a day", { rate: { count: 1, per_s: 86_401 } }, "rate.per_s"],
    ["half a rate", { rate: { count: 1 } }, "rate.per_s"],
    ["an unknown field", { concurrency: 1, paused: true }, "paused"],
    ["an unknown field of the rate", { rate: { count: 1, per_s: 1, burst: 2 } }, "rate.burst"],
  ] as [string, unknown, string][]
) {
  Deno.test(`PUT /api/limits/{key} answers 422 naming the place for ${what}`, async () => {
    const { call, deps } = client();
    const { status, body } = await call<Problem>("/api/limits/k", { method: "PUT", json });
    assertEquals([status, body.code, body.errors?.[0]?.path], [422, "invalid_request", path]);
    assertEquals(await deps.queue.limits(), []);
  });
}
