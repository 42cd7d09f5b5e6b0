import { assertEquals, assertRejects } from "@std/assert";
import { ServiceError } from "../../src/platform/errors.ts";
import { QueueFixture } from "./queue_fixture.ts";

async function refused(work: Promise<unknown>, code: string): Promise<ServiceError> {
  const error = await assertRejects(() => work, ServiceError);
  assertEquals(error.code, code);
  return error;
}

Deno.test("setLimit() holds for tasks of the key, and changing it lets them go at once", async () => {
  await using at = new QueueFixture();
  assertEquals(await at.service.setLimit({ key: "brand:x", concurrency: 1 }), {
    key: "brand:x",
    concurrency: 1,
    paused: false,
    running: 0,
  });
  await at.put({}, { brand: "x" });
  await at.put({}, { brand: "x" });
  const other = await at.put({}, { brand: "y" });
  await at.pool.began(2);
  assertEquals(at.pool.runs[1]?.taskId, other);
  assertEquals((await at.service.getLimit("brand:x")).running, 1);
  await at.service.setLimit({ key: "brand:x", concurrency: 2 });
  await at.pool.began(3);
  await at.put({}, { brand: "x" });
  await at.service.removeLimit("brand:x");
  await at.pool.began(4);
});

Deno.test("setLimit() refuses what is out of range", async () => {
  await using at = new QueueFixture({ start: false });
  const pathsOf = async (limit: Parameters<typeof at.service.setLimit>[0]) =>
    (await refused(at.service.setLimit(limit), "invalid_request")).fields?.map(({ path }) => path);
  assertEquals(await pathsOf({ key: "k" }), [""]);
  assertEquals(await pathsOf({ key: "a\u0000", concurrency: 0 }), ["key", "concurrency"]);
  assertEquals(await pathsOf({ key: "k", concurrency: 100_001, rate: { count: 0, perMs: 99 } }), [
    "concurrency",
    "rate.count",
    "rate.per_s",
  ]);
  assertEquals(await pathsOf({ key: "k", rate: { count: 10_001, perMs: 86_400_001 } }), [
    "rate.count",
    "rate.per_s",
  ]);
  assertEquals(await at.service.limits(), []);
  const widest = { key: "k", concurrency: 100_000, rate: { count: 10_000, perMs: 86_400_000 } };
  assertEquals(await at.service.setLimit(widest), { ...widest, paused: false, running: 0 });
});

Deno.test("limits that are not there are not found", async () => {
  await using at = new QueueFixture({ start: false });
  await refused(at.service.getLimit("none"), "not_found");
  await refused(at.service.removeLimit("none"), "not_found");
});

Deno.test("pause() and resume() hold what carries a key and nothing else", async () => {
  await using at = new QueueFixture();
  await at.service.pause("type:echo");
  const held = await at.put();
  const other = await at.put({}, { type: "page" });
  await at.pool.began(1);
  assertEquals(at.pool.runs[0]?.taskId, other);
  assertEquals((await at.service.status()).pausedKeys, ["type:echo"]);
  assertEquals((await at.service.getLimit("type:echo")).paused, true);
  await at.service.resume("type:echo");
  await at.pool.began(2);
  assertEquals(at.pool.runs[1]?.taskId, held);
  await refused(at.service.pause(""), "invalid_request");
});
