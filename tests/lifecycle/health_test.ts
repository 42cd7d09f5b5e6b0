import { assertEquals, assertThrows } from "@std/assert";
import { HealthRegistry } from "../../src/lifecycle/mod.ts";

Deno.test("HealthRegistry is ready after the start and never again once it stops", () => {
  const health = new HealthRegistry();
  assertEquals([health.ready(), health.stopping()], [false, false]);
  health.markReady();
  assertEquals([health.ready(), health.stopping()], [true, false]);
  health.markStopping();
  health.markReady();
  assertEquals([health.ready(), health.stopping()], [false, true]);
});

Deno.test("HealthRegistry reports every component as it is when asked", () => {
  const health = new HealthRegistry();
  let depth = 1;
  health.register("queue", () => ({ status: "ok", depth: depth++ }));
  health.register("chromadb", () => ({ status: "off" }));
  assertEquals(health.report(), {
    status: "ok",
    components: { queue: { status: "ok", depth: 1 }, chromadb: { status: "off" } },
  });
  assertEquals(health.report().components.queue, { status: "ok", depth: 2 });
});

Deno.test("HealthRegistry is degraded when one component is, or cannot be read", () => {
  const health = new HealthRegistry();
  health.register("cache", () => ({ status: "ok" }));
  health.register("chromadb", () => ({ status: "degraded", reason: "down" }));
  assertEquals(health.report().status, "degraded");
  const other = new HealthRegistry();
  other.register("metrics", () => {
    throw new Error("secret path");
  });
  other.register("cache", () => ({ status: "ok" }));
  const report = other.report();
  assertEquals(report.components.metrics, { status: "degraded", reason: "its state cannot be read" });
  assertEquals(report.components.cache, { status: "ok" });
  assertEquals(report.status, "degraded");
});

Deno.test("HealthRegistry refuses a name twice", () => {
  const health = new HealthRegistry();
  health.register("queue", () => ({ status: "ok" }));
  assertThrows(() => health.register("queue", () => ({ status: "ok" })), Error, "'queue'");
});
