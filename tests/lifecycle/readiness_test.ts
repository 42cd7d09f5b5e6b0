import { assertEquals } from "@std/assert";
import { Readiness } from "../../src/lifecycle/mod.ts";

Deno.test("Readiness is ready after the start and never again once it stops", () => {
  const health = new Readiness();
  assertEquals([health.ready(), health.stopping()], [false, false]);
  health.markReady();
  assertEquals([health.ready(), health.stopping()], [true, false]);
  health.markStopping();
  health.markReady();
  assertEquals([health.ready(), health.stopping()], [false, true]);
});
