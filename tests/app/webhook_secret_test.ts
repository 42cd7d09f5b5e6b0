import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { webhookSecret } from "../../src/app/webhook_secret.ts";

Deno.test("webhookSecret() makes one that only this user can read, and finds it again", async () => {
  const dataDir = await Deno.makeTempDir({ prefix: "tutti-secret-" });
  try {
    const made = await webhookSecret({ dataDir });
    assertMatch(made, /^[0-9a-f]{64}$/);
    assertEquals((await Deno.stat(`${dataDir}/webhook_secret`)).mode! & 0o777, 0o600);
    assertEquals([...Deno.readDirSync(dataDir)].map(({ name }) => name), ["webhook_secret"]);
    assertEquals(await webhookSecret({ dataDir }), made);
    assertEquals(await webhookSecret({ dataDir, secret: "that of the setting" }), "that of the setting");
    await Deno.writeTextFile(`${dataDir}/webhook_secret`, ""); // as a power cut leaves it
    const anew = await webhookSecret({ dataDir });
    assertMatch(anew, /^[0-9a-f]{64}$/);
    assert(anew !== made);
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
});

Deno.test("webhookSecret() does not put another in the place of one that was damaged", async () => {
  const dataDir = await Deno.makeTempDir({ prefix: "tutti-secret-" });
  try {
    await Deno.writeTextFile(`${dataDir}/webhook_secret`, "short\n");
    await assertRejects(() => webhookSecret({ dataDir }), Error, "at least 16 characters: it has 5");
    assertEquals(await Deno.readTextFile(`${dataDir}/webhook_secret`), "short\n");
    await Deno.writeTextFile(`${dataDir}/webhook_secret`, "written by hand, 1\n");
    assertEquals(await webhookSecret({ dataDir }), "written by hand, 1");
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
});
