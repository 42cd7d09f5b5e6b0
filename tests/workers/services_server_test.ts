import { assertEquals, assertRejects } from "@std/assert";
import { DeferredError, TaskError } from "../../src/platform/errors.ts";
import { ServicesClient } from "../../src/workers/services_client.ts";
import { ServicesServer } from "../../src/workers/services_server.ts";
import { memoryServices } from "./pool_harness.ts";

Deno.test("ServicesServer gives back the tickets of a worker that is gone, also one granted after its death", async () => {
  const { services, held } = memoryServices();
  const grant = Promise.withResolvers<void>();
  const acquire = services.hostAcquire;
  let slow = false;
  services.hostAcquire = async (key, limits) => {
    if (slow) await grant.promise;
    return await acquire(key, limits);
  };
  const server = new ServicesServer(services);
  const limits = { concurrency: 1, delayMs: 0 };
  await server.answer("hostAcquire", ["a", limits]);
  const second = await server.answer("hostAcquire", ["b", limits]);
  assertEquals(second, { kind: "value", value: 2 });
  await server.answer("hostRelease", [2]);
  assertEquals([...held], [1]);
  slow = true;
  const late = server.answer("hostAcquire", ["c", limits]);
  server[Symbol.dispose]();
  assertEquals(held.size, 0);
  grant.resolve();
  await late;
  assertEquals(held.size, 0);
});

Deno.test("ServicesServer answers with the error's kind and refuses unknown names", async () => {
  const { services } = memoryServices();
  services.cacheGet = () => Promise.reject(new TaskError("dns", "no such host", { retryable: true }));
  const server = new ServicesServer(services);
  assertEquals(await server.answer("cacheGet", ["k", false]), {
    kind: "task_error",
    failure: { code: "dns", message: "no such host", retryable: true },
  });
  services.hostAcquire = () => Promise.reject(new DeferredError(77, "no turn"));
  const reply = await server.answer("hostAcquire", ["a", { concurrency: 1, delayMs: 0 }, { maxWaitMs: 5 }]);
  assertEquals(reply, { kind: "deferred", message: "no turn", retryAtMs: 77 });
  const client = new ServicesClient(() => client.settle(1, reply));
  const error = await assertRejects(
    () => client.hostAcquire("a", { concurrency: 1, delayMs: 0 }),
    DeferredError,
  );
  assertEquals(error.retryAtMs, 77);
  assertEquals((await server.answer("constructor" as "cacheGet", [])).kind, "error");
});
