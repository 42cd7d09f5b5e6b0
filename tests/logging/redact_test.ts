import { assert, assertEquals, assertLess } from "@std/assert";
import { REDACTED, Redactor } from "../../src/logging/redact.ts";

Deno.test("Redactor fields() takes out the values of secret names, at any depth and in any spelling", () => {
  const redactor = new Redactor();
  const names = [
    "authorization",
    "Authorization",
    "x-api-key",
    "X-API-Key",
    "api_key",
    "api_keys",
    "API_KEYS",
  ]
    .concat([
      "apiKey",
      "secret",
      "client_secret",
      "token",
      "access-token",
      "password",
      "db_password",
      "passwd",
    ])
    .concat(["cookie", "Set-Cookie", "Proxy-Authorization", "tokens"]);
  for (const name of names) {
    assertEquals(redactor.fields({ [name]: "s3cr3t-value" })[name], REDACTED, name);
    const deep = redactor.fields({ a: [{ b: { [name]: { inner: "s3cr3t-value" } } }] });
    assert(!JSON.stringify(deep).includes("s3cr3t-value"), name);
    assert(
      !JSON.stringify(redactor.fields({ h: new Headers({ "x-api-key": "s3cr3t-value" }) })).includes("s3cr"),
    );
  }
});

Deno.test("Redactor fields() leaves what is no secret as it was", () => {
  const fields = {
    workers: 4,
    max_tokens: 512,
    has_secret: true,
    api_keys: 2,
    author: "someone",
    cookie_count: "3",
    token: null,
    path: "/a/b",
    at: "user@example.org",
    list: [1, "two", null],
  };
  assertEquals(new Redactor(["long-literal"]).fields(fields), fields);
});

Deno.test("Redactor text() takes out userinfo, bearer tokens and known secrets", () => {
  const redactor = new Redactor(["hunter2hunter2", "hunter2", ""]);
  for (
    const [text, clean] of [
      ["GET http://user:pa55@host/x?q=1", "GET http://[redacted]@host/x?q=1"],
      ["https://user@host", "https://[redacted]@host"],
      [
        "redis://:pw@10.0.0.1:6379/0 and http://a:b@c",
        "redis://[redacted]@10.0.0.1:6379/0 and http://[redacted]@c",
      ],
      ["http://u:p@ss@host/", "http://[redacted]@host/"],
      ["http://host/a@b", "http://host/a@b"],
      ["mail a@b.example", "mail a@b.example"],
      ["Authorization: Bearer abc.def-123", "Authorization: Bearer [redacted]"],
      ["the key is hunter2hunter2!", "the key is [redacted]!"],
      ["hunter2", "[redacted]"],
    ] as const
  ) assertEquals(redactor.text(text), clean);
});

Deno.test("Redactor takes errors, cycles, bytes and depth without a throw, and cuts what is too long", () => {
  const redactor = new Redactor(["hunter2hunter2"]);
  const ring: Record<string, unknown> = { n: 1n, f: () => {}, bytes: new Uint8Array(9), when: new Date(NaN) };
  ring.self = ring;
  const cause = new TypeError("hunter2hunter2 again");
  ring.error = new Error("at http://u:p@h/ with hunter2hunter2", { cause });
  ring.url = new URL("http://u:p@h/");
  ring.long = "x".repeat(1_000_000);
  let deep: unknown = "bottom";
  for (let i = 0; i < 1000; i++) deep = { deep };
  ring.deep = deep;
  const out = redactor.fields({ ring });
  const json = JSON.stringify(out);
  assert(
    !json.includes("hunter2") && !json.includes("u:p@"),
    "no secret in messages, stacks, causes and URLs",
  );
  assert(json.includes('"self":"[cut]"') && json.includes("[9 bytes]"));
  assertLess(json.length, 40_000);
});

Deno.test("Redactor text() takes linear time for texts made to be slow", () => {
  const redactor = new Redactor(["hunter2hunter2"]);
  const startedMs = performance.now();
  for (const unit of ["a-", "a://", "http://a@", "bearer ", "@", "a.b+c"]) {
    redactor.text(unit.repeat(200_000) + "@");
  }
  assertLess(performance.now() - startedMs, 5000); // some 100 ms; a square would be minutes
});
