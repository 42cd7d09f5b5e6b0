import { assertEquals } from "@std/assert";
import { currentPart, headOf } from "../../.ci/client_types.ts";

Deno.test("the client's types are those of the OpenAPI document, as they were made (deno task client-types)", async () => {
  const text = await Deno.readTextFile(new URL("../../src/client/api_types.ts", import.meta.url));
  const head = /^(?:\/\/.*\n)+/.exec(text)?.[0] ?? "";
  assertEquals(head, await headOf(await currentPart(), text.slice(head.length)));
});
