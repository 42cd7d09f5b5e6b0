import { assert, assertEquals, assertLess } from "@std/assert";
import type { ProcessTaskHost } from "../../src/sandbox/port.ts";
import { assertCode, errorOf, isAlive, make } from "./make.ts";

const moduleUrl = new URL("../fixtures/hostile/tasks.ts", import.meta.url).href;

function request(type: string, input: unknown = {}) {
  return {
    taskId: "t1",
    type,
    moduleUrl,
    inputJson: JSON.stringify(input),
    attempt: 1,
    maxResultBytes: 100_000,
  };
}

function fakeHost(heard: unknown[] = []): ProcessTaskHost {
  const cache = new Map<string, string>();
  return {
    progress: (...args) => heard.push(["progress", ...args]),
    log: (...args) => heard.push(["log", ...args]),
    fetch: (url) =>
      Promise.resolve({
        status: 200,
        headers: { a: "b" },
        url: `${url}#final`,
        body: new TextEncoder().encode("שלום"),
      }),
    cacheGet: (key) => Promise.resolve(cache.get(key)),
    cacheSet: (key, json) => Promise.resolve(void cache.set(key, json)),
    cacheDelete: (key) => Promise.resolve(cache.delete(key)),
  };
}

Deno.test("runTask() runs a module with progress, log, cache and fetch, and nothing else", async () => {
  await using sandbox = make();
  const heard: unknown[] = [];
  const json = await sandbox.runTask(request("chatty", { name: "Ada" }), fakeHost(heard), {
    timeoutMs: 20_000,
  });
  assertEquals(JSON.parse(json), {
    said: "שלום",
    cached: { name: "Ada" },
    status: 200,
    url: "http://shop.test/page#final",
    refused: ["read", "own", "env", "net", "run", "write"],
  });
  assertEquals(heard, [["progress", 1, 2, "half"], ["log", "info", "hello", { name: "Ada" }]]);
});

Deno.test("runTask() refuses an input its schema refuses, and a type the module lacks", async () => {
  await using sandbox = make();
  const options = { timeoutMs: 20_000 };
  await assertCode(sandbox.runTask(request("chatty", { name: 5 }), fakeHost(), options), "invalid_input");
  await assertCode(sandbox.runTask(request("nobody"), fakeHost(), options), "handler_error");
});

Deno.test("runTask() ends a task that spins, in time, and its process is gone", async () => {
  await using sandbox = make();
  await sandbox.runTask(request("chatty", { name: "warm" }), fakeHost(), { timeoutMs: 20_000 });
  const before = sandbox.pids;
  const began = performance.now();
  const error = await assertCode(
    sandbox.runTask(request("spin"), fakeHost(), { timeoutMs: 1000 }),
    "timeout",
  );
  assertEquals(error.retryable, false);
  assertLess(performance.now() - began, 2000);
  assertEquals(before.filter(isAlive), []);
});

Deno.test("runTask() ends a task that eats memory with out_of_memory", async () => {
  await using sandbox = make();
  await assertCode(sandbox.runTask(request("heap"), fakeHost(), { timeoutMs: 30_000 }), "out_of_memory");
});

Deno.test("runTask() times out a task that waits for ever, and it may be tried again", async () => {
  await using sandbox = make();
  const error = await assertCode(
    sandbox.runTask(request("polite"), fakeHost(), { timeoutMs: 1000 }),
    "timeout",
  );
  assertEquals(error.retryable, true);
});

Deno.test("runTask() rejects with the signal's reason once the process is gone", async () => {
  await using sandbox = make();
  await sandbox.runTask(request("chatty", { name: "warm" }), fakeHost(), { timeoutMs: 20_000 });
  const abort = new AbortController();
  const reason = new Error("cancelled");
  const [spare] = sandbox.pids;
  const work = errorOf(
    sandbox.runTask(request("spin"), fakeHost(), { timeoutMs: 60_000, signal: abort.signal }),
  );
  setTimeout(() => abort.abort(reason), 300);
  assertEquals(await work, reason);
  assert(!isAlive(spare!));
});
