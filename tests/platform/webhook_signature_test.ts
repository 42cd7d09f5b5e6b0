import { assert, assertEquals, assertRejects } from "@std/assert";
import { createHmac } from "node:crypto";
import { signWebhook, verifySignature } from "../../src/platform/webhook_signature.ts";

const SECRET = "a secret of some length";
const BODY = '{"event":"task.completed","data":{"name":"תו"}}';
const AT_S = 1_700_000_000;
const nowMs = AT_S * 1000;
/** By another implementation than the one under test. */
const hmac = (text: string, secret = SECRET) =>
  createHmac("sha256", secret).update(text, "utf8").digest("hex");
const good = () => `t=${AT_S},v1=${hmac(`${AT_S}.${BODY}`)}`;

Deno.test("signWebhook() gives the time and the HMAC-SHA256 of '<t>.<body>' in hex", async () => {
  assertEquals(await signWebhook(BODY, SECRET, AT_S), good());
});

Deno.test("verifySignature() takes a header of its body, secret and time, one of several signatures too", async () => {
  assert(await verifySignature(BODY, good(), SECRET, { nowMs }));
  const both = good().replace("v1=", `v1=${"0".repeat(64)},v1=`);
  assert(await verifySignature(BODY, both, SECRET, { nowMs }), "a secret that is being changed");
  assert(await verifySignature(BODY, good().replace(",", ", "), SECRET, { nowMs }));
});

Deno.test("verifySignature() refuses another body, secret, time, and whatever else a stranger sends", async () => {
  const refused: [string, string, string | null | undefined, string?][] = [
    ["another body", `${BODY} `, good()],
    ["another secret", BODY, good(), "another secret of some length"],
    ["another time", BODY, good().replace(`t=${AT_S}`, `t=${AT_S + 1}`)],
    ["no header", BODY, null],
    ["no header at all", BODY, undefined],
    ["an empty one", BODY, ""],
    ["no time", BODY, good().split(",")[1]!],
    ["two times", BODY, `t=${AT_S},${good()}`],
    ["no signature", BODY, `t=${AT_S}`],
    ["another scheme", BODY, good().replace("v1", "v0")],
    ["half a signature", BODY, good().slice(0, -2)],
    ["not hex", BODY, good().replace(/v1=../, "v1=zz")],
    ["a long one", BODY, `${good()},${"x".repeat(2000)}`],
  ];
  for (const [what, body, header, secret = SECRET] of refused) {
    assertEquals(await verifySignature(body, header, secret, { nowMs }), false, what);
  }
});

Deno.test("verifySignature() refuses what is older, or from further ahead, than its tolerance", async () => {
  const at = (offsetS: number, toleranceS?: number) =>
    verifySignature(BODY, good(), SECRET, { nowMs: nowMs + offsetS * 1000, toleranceS });
  assertEquals(await Promise.all([at(300), at(-300), at(301), at(-301)]), [true, true, false, false]);
  assertEquals(await Promise.all([at(10, 10), at(11, 10), at(0, 0)]), [true, false, true]);
  assertEquals(await verifySignature(BODY, good(), SECRET), false, "the clock is this machine's by default");
});

Deno.test("verifySignature() refuses to be asked wrongly", async () => {
  await assertRejects(
    () => verifySignature(BODY, good(), SECRET, { toleranceS: NaN }),
    RangeError,
    "toleranceS",
  );
  await assertRejects(() => verifySignature(BODY, good(), "", { nowMs }), RangeError, "secret");
  await assertRejects(() => signWebhook(BODY, "", AT_S), RangeError, "secret");
});
