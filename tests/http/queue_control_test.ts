import { assertEquals } from "@std/assert";
import { type CallInit, client } from "./client.ts";

type Problem = { code: string; errors?: { path: string; message: string }[] };
type Status = { paused: boolean; paused_keys: string[] };

for (
  const [what, init] of [
    ["no body", {}],
    ["an empty body of a form", {
      body: "",
      headers: { "content-type": "application/x-www-form-urlencoded" },
    }],
    ["an empty body of JSON", { body: "", headers: { "content-type": "application/json" } }],
  ] as [string, CallInit][]
) {
  Deno.test(`POST /api/queue/pause with ${what} pauses the whole queue, and resume lets it go on`, async () => {
    const { call } = client();
    const post = (verb: string) => call<Status>(`/api/queue/${verb}`, { method: "POST", ...init });
    const paused = await post("pause");
    assertEquals([paused.status, paused.body.paused, paused.body.paused_keys], [200, true, []]);
    const resumed = await post("resume");
    assertEquals([resumed.status, resumed.body.paused], [200, false]);
  });
}

Deno.test("POST /api/queue/pause and resume with a key or a type touch that and nothing else", async () => {
  const { call } = client();
  const post = (verb: string, json: unknown) => call<Status>(`/api/queue/${verb}`, { json });
  assertEquals((await post("pause", { key: "brand:חליל" })).body.paused_keys, ["brand:חליל"]);
  const both = (await post("pause", { type: "scrape" })).body;
  assertEquals([both.paused, both.paused_keys], [false, ["brand:חליל", "type:scrape"]]);
  assertEquals((await post("resume", { key: "type:scrape" })).body.paused_keys, ["brand:חליל"]);
  assertEquals((await post("resume", { key: "brand:חליל" })).body.paused_keys, []);
});

for (
  const [what, init, status, code, path] of [
    ["neither key nor type", { json: {} }, 422, "invalid_request", ""],
    ["both key and type", { json: { key: "a", type: "test" } }, 422, "invalid_request", ""],
    ["an unknown field", { json: { brand: "x" } }, 422, "invalid_request", "brand"],
    ["a key that is none", { json: { key: "" } }, 422, "invalid_request", "key"],
    ["a type that is none", { json: { type: "A b" } }, 422, "invalid_request", "type"],
    ["a list", { json: [] }, 422, "invalid_request", ""],
    [
      "half a body",
      { body: "{", headers: { "content-type": "application/json" } },
      400,
      "not_json",
      undefined,
    ],
    [
      "a form",
      {
        body: "key=brand:x",
        headers: { "content-type": "application/x-www-form-urlencoded" },
      },
      415,
      "unsupported_media_type",
      undefined,
    ],
  ] as [string, CallInit, number, string, string | undefined][]
) {
  for (const verb of ["pause", "resume"]) {
    Deno.test(`POST /api/queue/${verb} refuses ${what}, and does nothing`, async () => {
      const { call, deps } = client();
      await deps.queue.pause("kept");
      const answer = await call<Problem>(`/api/queue/${verb}`, { method: "POST", ...init });
      assertEquals([answer.status, answer.body.code, answer.body.errors?.[0]?.path], [status, code, path]);
      const { body } = await call<Status>("/api/tasks/queue/status");
      assertEquals([body.paused, body.paused_keys], [false, ["kept"]]);
    });
  }
}
