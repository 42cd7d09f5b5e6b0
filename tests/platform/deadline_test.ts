import { assertEquals, assertRejects } from "@std/assert";
import { settlesWithin, sleep } from "../../src/platform/deadline.ts";

Deno.test("sleep() rejects with the signal's reason when aborted, at once when already aborted", async () => {
  const controller = new AbortController();
  const sleeping = sleep(60_000, { signal: controller.signal });
  controller.abort(new Error("enough"));
  await assertRejects(() => sleeping, Error, "enough");
  await assertRejects(async () => await sleep(1, { signal: controller.signal }), Error, "enough");
});

Deno.test("settlesWithin() says whether the work ended in time and leaves no timer behind", async () => {
  assertEquals(await settlesWithin(Promise.resolve(), 60_000), true);
  const { promise, resolve } = Promise.withResolvers<void>();
  assertEquals(await settlesWithin(promise, 5), false);
  resolve();
});
