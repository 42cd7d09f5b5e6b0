import { assertEquals, assertLess } from "@std/assert";
import { client } from "./client.ts";

Deno.test("PATCH /api/workers answers with what is wanted and what is alive, not waiting for workers to drain", async () => {
  const { call, deps } = client();
  const drained = Promise.withResolvers<void>();
  deps.pool.resize = (count) => {
    deps.state.pool = { ...deps.state.pool, workers: count, busy: 4, inHand: 4 };
    return drained.promise;
  };
  const startedMs = performance.now();
  const { status, body } = await call("/api/workers", { method: "PATCH", json: { count: 1 } });
  assertEquals([status, body.workers, body.alive], [200, 1, 4]);
  assertLess(performance.now() - startedMs, 10_000); // draining may take minutes
  drained.resolve();
});

Deno.test("PATCH /api/workers logs a resize that fails after its answer", async () => {
  const { call, deps } = client();
  const failing = Promise.withResolvers<void>();
  deps.pool.resize = () => failing.promise;
  assertEquals((await call("/api/workers", { method: "PATCH", json: { count: 8 } })).status, 200);
  failing.reject(new Error("no threads left"));
  await new Promise((resolve) => setTimeout(resolve, 0));
  assertEquals(deps.logged.map(({ message }) => message), ["workers_resize_failed"]);
});
