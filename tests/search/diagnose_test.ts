import { assertEquals, assertStringIncludes } from "@std/assert";
import { diagnose } from "../../src/search/adapters/diagnose.ts";

const ended = (output: string, code = 1) => ({ code, signal: null, output });

Deno.test("diagnose() names glibc when the binding asks for a newer one, and advises against another try", () => {
  const output =
    "error: Uncaught Error: /lib/libm.so.6: version `GLIBC_2.38' not found (required by x.node)\n";
  const { reason, retry } = diagnose(ended(output), "2.36");
  assertEquals(retry, "never");
  assertStringIncludes(reason, "needs glibc 2.39 or newer; this host has 2.36");
  assertStringIncludes(diagnose(ended(output), undefined).reason, "this host's is older");
});

Deno.test("diagnose() sees through the exit code 0 of a taken port", () => {
  const { reason, retry } = diagnose(ended("Address 127.0.0.1:8000 is not available\n", 0), "2.41");
  assertEquals([reason, retry], ["the port chosen for Chroma was taken by another process", "later"]);
});

Deno.test("diagnose() quotes the line that says most and leaves out stacks", () => {
  const output =
    "Saving data\nerror: cannot open folder\n    at file:///x.ts:1:1\n\nStack backtrace:\n   0: <unknown>\n";
  assertEquals(diagnose(ended(output), "2.41").reason, "Chroma ended with code 1: error: cannot open folder");
  const killed = diagnose({ code: 137, signal: "SIGKILL", output: "" }, "2.41");
  assertEquals([killed.reason, killed.retry], ["Chroma was ended by SIGKILL", "later"]);
});

Deno.test("diagnose() cuts a line that is too long for a log", () => {
  const { reason } = diagnose(ended(`error: ${"x".repeat(5000)}`), "2.41");
  assertEquals(reason.length < 250, true);
});
