import { assertEquals, assertMatch } from "@std/assert";
import { client } from "./client.ts";

interface Health {
  status: string;
  components: Record<string, { status: string; reason?: string }>;
}

Deno.test("GET /health is degraded while the queue's writes fail, and by itself no longer after", async () => {
  const { call, deps } = client();
  const status = deps.queue.status.bind(deps.queue);
  let writeFault: string | undefined = "The queue's disk is full";
  deps.queue.status = async () => ({ ...await status(), writeFault });
  const full = (await call<Health>("/health")).body;
  assertEquals([full.status, full.components.queue], [
    "degraded",
    { status: "degraded", reason: "The queue's disk is full" },
  ]);
  writeFault = undefined;
  assertEquals((await call<Health>("/health")).body.status, "ok");
});

Deno.test("GET /health is degraded for a minute after the cache's store failed last", async () => {
  let nowMs = 1_000_000;
  const { call, deps } = client({}, { health: { maxAgeMs: 0, nowMs: () => nowMs } });
  const stats = deps.cache.stats.bind(deps.cache);
  let errors = 0;
  deps.cache.stats = () => ({ ...stats(), errors });
  const look = async () => (await call<Health>("/health")).body;
  assertEquals((await look()).status, "ok");
  errors = 3;
  const failing = await look();
  assertEquals([failing.status, failing.components.cache!.status], ["degraded", "degraded"]);
  assertMatch(failing.components.cache!.reason!, /3 .*CACHE_DIR/);
  nowMs += 59_000;
  errors = 4;
  assertEquals((await look()).status, "degraded");
  nowMs += 59_000;
  assertEquals((await look()).status, "degraded");
  nowMs += 2000;
  assertEquals((await look()).status, "ok");
});
