import { assert, assertEquals, assertRejects } from "@std/assert";
import { z } from "zod";
import { defineTask } from "../../src/tasks/define.ts";
import { type TaskDefinition, TaskRegistry, taskTypes, testTask } from "../../src/tasks/mod.ts";
import { createScrapeTask } from "../../src/tasks/scrape.ts";

const DEFINE = new URL("../../src/mod.ts", import.meta.url).href;
const module = (name: string) => `
import { defineTask } from ${JSON.stringify(DEFINE)};
import { z } from "npm:zod@4.6.7";
export const one = defineTask({ name: "${name}", input: z.object({ n: z.number() }), output: z.number(), run: ({ n }) => n });
export const two = defineTask({ ...one, name: "${name}_two", load: "cpu", timeoutMs: 5 });
export const alias = one;
export const helper = () => 1;
`;

/** A folder outside the project, with files. */
async function folder(files: Record<string, string>): Promise<{ path: string } & AsyncDisposable> {
  const path = await Deno.makeTempDir({ prefix: "tutti-tasks-" });
  for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(`${path}/${name}`, text);
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

Deno.test("loadTasksDir() takes what modules outside the project define, and only task modules", async () => {
  await using dir = await folder({
    "a.ts": module("a"),
    "_helper.ts": "throw new Error('not to be loaded')",
    "a_test.ts": "throw new Error('not to be loaded')",
    "notes.txt": "x",
  });
  const registry = new TaskRegistry([testTask]);
  await registry.loadTasksDir(dir.path);
  assertEquals(registry.names(), ["a", "a_two", "test"]);
  assertEquals(registry.get("a")!.moduleUrl, `file://${dir.path}/a.ts`);
  assertEquals(registry.get("test")!.moduleUrl, undefined);
});

Deno.test("loadTasksDir() names the file of a duplicate, of one that throws and of one without tasks", async () => {
  await using twice = await folder({ "a.ts": module("a"), "b.ts": module("a") });
  await assertRejects(() => new TaskRegistry().loadTasksDir(twice.path), Error, "b.ts");
  await using throwing = await folder({ "bad.mjs": "throw new Error('out of order')" });
  await assertRejects(() => new TaskRegistry().loadTasksDir(throwing.path), Error, "bad.mjs: out of order");
  await using none = await folder({ "none.js": "export const x = 1;" });
  await assertRejects(() => new TaskRegistry().loadTasksDir(none.path), Error, "none.js");
  await assertRejects(() => new TaskRegistry().loadTasksDir("/nonexistent-tasks"), Error, "nonexistent");
});

Deno.test("loadTasksDir() names the module whose top-level await does not end in time", async () => {
  const gate = Promise.withResolvers<void>();
  Object.assign(globalThis, { stuckModuleGate: gate.promise });
  await using dir = await folder({ "a.ts": module("a"), "stuck.ts": "await globalThis.stuckModuleGate;" });
  const load = () => new TaskRegistry().loadTasksDir(dir.path, { moduleTimeoutMs: 500 });
  await assertRejects(load, Error, "stuck.ts: it has not");
  gate.resolve(); // the test runner minds a module that never ends
});

Deno.test("loadModules() takes what modules define, each named by its URL, and names the one that is none", async () => {
  await using dir = await folder({
    "a.ts": module("a"),
    "b.mjs": "export const x = 1;",
    "c.ts": "throw new Error('out of order')",
  });
  const url = (name: string) => `file://${dir.path}/${name}`;
  const registry = new TaskRegistry([testTask]);
  await registry.loadModules([url("a.ts")]);
  assertEquals(registry.names(), ["a", "a_two", "test"]);
  assertEquals(registry.get("a_two")!.moduleUrl, url("a.ts"));
  await assertRejects(() => registry.loadModules([url("a.ts")]), Error, "taken");
  await assertRejects(() => registry.loadModules([url("b.mjs")]), Error, `${url("b.mjs")} as it exports no`);
  await assertRejects(() => registry.loadModules([url("c.ts")]), Error, "c.ts: out of order");
});

Deno.test("taskTypes() tells a type's backoff and the limit keys of an input as its schema reads it", () => {
  const keyed = defineTask({
    name: "keyed",
    input: z.object({ shop: z.string().transform((text) => text.toLowerCase()) }),
    output: z.null(),
    backoff: { kind: "fixed", delayMs: 7 },
    limitKeys: ({ shop }) => [`shop:${shop}`],
    run: () => null,
  });
  const scrape = createScrapeTask({ timeoutMs: 1000, scrape: () => Promise.reject(new Error("not here")) });
  const types = taskTypes(new TaskRegistry([testTask, keyed, scrape] as unknown as TaskDefinition[]));
  assertEquals(types.get("keyed")!.backoff, { kind: "fixed", delayMs: 7 });
  assertEquals(types.get("keyed")!.limitKeys!({ shop: "Halilit" }), ["shop:halilit"]);
  assertEquals([types.get("test")!.backoff, types.get("test")!.limitKeys], [undefined, undefined]);
  const hosts = ["https://Shop.Example.:8443/a?b", "http://shop.example/", "http://[2001:DB8::1]:80/"].map((
    url,
  ) => types.get("scrape")!.limitKeys!({ url }));
  assertEquals(hosts, [["host:shop.example"], ["host:shop.example"], ["host:2001:db8::1"]]);
});

Deno.test("taskTypes() validates with dotted paths and keeps the input as it came", () => {
  const registry = new TaskRegistry([
    testTask,
    defineTask({
      name: "deep",
      input: z.object({ items: z.array(z.object({ n: z.string().transform(Number) })) }),
      output: z.null(),
      load: "cpu",
      maxAttempts: 7,
      run: () => null,
    }),
  ]);
  const types = taskTypes(registry);
  const deep = types.get("deep")!;
  assertEquals([deep.load, deep.maxAttempts, types.get("test")!.load], ["cpu", 7, "io"]);
  assertEquals(types.get("absent"), undefined);
  const bad = deep.validate({ items: [{ n: "1" }, { n: 2 }] });
  assert(!bad.ok);
  assertEquals(bad.errors.map(({ path }) => path), ["items.1.n"]);
  assertEquals(deep.validate({ items: [{ n: "1" }] }), { ok: true, json: '{"items":[{"n":"1"}]}' });
});
