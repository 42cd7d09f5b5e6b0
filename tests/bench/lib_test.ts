import { assertEquals, assertRejects } from "@std/assert";
import { startProgram } from "../../bench/lib/processes.ts";
import { ratioOf } from "../../bench/lib/stats.ts";

Deno.test("startProgram() tells the exit of a program that ends before it is ready", async () => {
  await assertRejects(
    () => startProgram(["sh", "-c", "exit 7"], { ready: () => Promise.resolve(false), timeoutMs: 5000 }),
    Error,
    "ended with code 7",
  );
});

Deno.test("startProgram() ends a program that is never ready", async () => {
  await assertRejects(
    () => startProgram(["sleep", "60"], { ready: () => Promise.resolve(false), timeoutMs: 100 }),
    Error,
    "did not become ready",
  );
});

Deno.test("ratioOf() is the median of each round's own ratio", () => {
  const row = { what: "x", unit: "", target: 1 };
  // A machine that is slow for a round is slow for both sides of it.
  assertEquals(ratioOf({ ...row, ours: [10, 100, 30], peer: [10, 50, 10] }), 2);
  assertEquals(ratioOf({ ...row, ours: [10, 50, 10], peer: [10, 100, 30], lessIsBetter: true }), 2);
  assertEquals(ratioOf({ ...row, ours: 3, peer: 2 }), 1.5);
});
