import { assertEquals, assertMatch } from "@std/assert";
import { parseModule } from "./parse_module.ts";
import { checkArchitecture } from "./rules.ts";

/** The problems of a house of these files. */
function problemsOf(files: Record<string, string>): string[] {
  return checkArchitecture(Object.entries(files).map(([path, source]) => parseModule(path, source)));
}

const SOUND = {
  "platform/ids.ts": "export const id = 1;",
  "config/mod.ts": `import { id } from "../platform/ids.ts"; export const c = id;`,
  "queue/task.ts": "export interface Task { id: string }",
  "queue/port.ts": `import type { Task } from "./task.ts"; export interface Store { get(): Task }`,
  "queue/mod.ts": `export { run } from "./service.ts";`,
  "queue/service.ts": `import type { Store } from "./port.ts"; export const run = (s: Store) => s;`,
  "queue/adapters/sqlite.ts":
    `import type { Store } from "../port.ts"; import { DatabaseSync } from "node:sqlite"; export type S = [Store, DatabaseSync];`,
  "metrics/recorder.ts": `import type { Task } from "../queue/task.ts"; export type R = Task;`,
  "http/app.ts": `import { run } from "../queue/mod.ts"; import { z } from "zod"; export const x = [run, z];`,
  "app.ts": `import type { S } from "./queue/adapters/sqlite.ts"; export type A = S;`,
  "cache/cached.ts": "export const cached = 1;",
  "embed/port.ts": `import type { Task } from "../queue/task.ts"; export interface Tutti { task: Task }`,
  "embed/tutti.ts":
    `import type { S } from "../queue/adapters/sqlite.ts"; import type { Tutti } from "./port.ts"; export type E = [S, Tutti];`,
  "mod.ts":
    `export { cached } from "./cache/cached.ts"; export type { Tutti } from "./embed/port.ts"; export type E = import("./embed/tutti.ts").E;`,
};

Deno.test("checkArchitecture() finds nothing wrong in a sound house", () => {
  assertEquals(problemsOf(SOUND), []);
});

const BROKEN: [string, Record<string, string>, RegExp][] = [
  ["platform that looks up", {
    "platform/bad.ts": `import { c } from "../config/mod.ts"; export const b = c;`,
  }, /^platform\/bad\.ts -> config\/mod\.ts: platform imports nothing/],
  ["config that imports a feature", {
    "config/bad.ts": `import type { Task } from "../queue/task.ts"; export type B = Task;`,
  }, /^config\/bad\.ts -> queue\/task\.ts: config and logging/],
  ["a port that imports its service", {
    "metrics/port.ts": `import type { R } from "./recorder.ts"; export type P = R;`,
  }, /^metrics\/port\.ts -> metrics\/recorder\.ts: a port imports/],
  ["a feature that enters another by its door", {
    "metrics/bad.ts": `import { run } from "../queue/mod.ts"; export const b = run;`,
  }, /^metrics\/bad\.ts -> queue\/mod\.ts: of another feature only the port/],
  ["a feature that imports http", {
    "metrics/bad.ts": `import { x } from "../http/app.ts"; export const b = x;`,
  }, /^metrics\/bad\.ts -> http\/app\.ts: a feature lies below/],
  ["a service that picks its adapter", {
    "queue/bad.ts": `import type { S } from "./adapters/sqlite.ts"; export type B = S;`,
  }, /^queue\/bad\.ts -> queue\/adapters\/sqlite\.ts: only a composition root/],
  ["an adapter that imports its service", {
    "queue/adapters/bad.ts": `import { run } from "../service.ts"; export const b = run;`,
  }, /^queue\/adapters\/bad\.ts -> queue\/service\.ts: an adapter imports its own port/],
  ["an adapter that imports another feature's port", {
    "metrics/adapters/bad.ts": `import type { Store } from "../../queue/port.ts"; export type B = Store;`,
  }, /^metrics\/adapters\/bad\.ts -> queue\/port\.ts: an adapter imports its own port/],
  ["http that enters by the window", {
    "http/bad.ts": `import { run } from "../queue/service.ts"; export const b = run;`,
  }, /^http\/bad\.ts -> queue\/service\.ts: http and dashboard enter/],
  ["a feature that imports a root", {
    "queue/bad.ts": `import type { A } from "../app.ts"; export type B = A;`,
  }, /^queue\/bad\.ts -> app\.ts: only another root/],
  ["what task modules import, heavy", {
    "mod.ts": `export { run } from "./queue/mod.ts";`,
  }, /^mod\.ts -> queue\/mod\.ts: a port imports platform and other ports$/],
  ["what task modules import, through another root", {
    "mod.ts": `export type { A } from "./app.ts";`,
  }, /^mod\.ts -> app\.ts: only another root/],
  ["a feature that imports the embedding root", {
    "queue/bad.ts": `import type { E } from "../embed/tutti.ts"; export type B = E;`,
  }, /^queue\/bad\.ts -> embed\/tutti\.ts: only another root/],
  ["a cycle of types alone", {
    "metrics/a.ts": `import type { B } from "./b.ts"; export type A = B | 1;`,
    "metrics/b.ts": `import type { A } from "./a.ts"; export type B = A[];`,
  }, /^a cycle: metrics\/a\.ts -> metrics\/b\.ts -> metrics\/a\.ts$/],
  ["an import type expression", {
    "metrics/bad.ts": `export type B = import("../queue/service.ts").X;`,
  }, /^metrics\/bad\.ts -> queue\/service\.ts/],
  ["a dynamic import", {
    "metrics/bad.ts": `export const b = () => import("../queue/service.ts");`,
  }, /^metrics\/bad\.ts -> queue\/service\.ts/],
  [
    "a re-export",
    { "metrics/bad.ts": `export * from "../queue/service.ts";` },
    /^metrics\/bad\.ts -> queue\/service\.ts/,
  ],
  [
    "a folder nobody knows",
    { "utils/x.ts": "export const x = 1;" },
    /^utils\/x\.ts: docs\/architecture\.md has no such/,
  ],
  [
    "a file beside the root",
    { "helpers.ts": "export const x = 1;" },
    /^helpers\.ts: docs\/architecture\.md has no such/,
  ],
  ["a way out of src", { "queue/bad.ts": `import "../../tests/x.ts";` }, /which is outside src$/],
  ["a file too long", { "queue/bad.ts": "export {};\n".repeat(301) }, /^queue\/bad\.ts: 301 lines/],
  ["an enum", { "queue/bad.ts": "export\nenum E { A }" }, /^queue\/bad\.ts:2: an enum$/],
  ["any, even where lint was told to look away", {
    "queue/bad.ts": "// deno-lint-ignore no-explicit-any\nexport const b = (x: any) => x;",
  }, /^queue\/bad\.ts:2: the type any$/],
  ["a default export", { "queue/bad.ts": "export default 1;" }, /^queue\/bad\.ts:1: a default export$/],
];

for (const [what, files, expected] of BROKEN) {
  Deno.test(`checkArchitecture() reports ${what}`, () => {
    const problems = problemsOf({ ...SOUND, ...files });
    assertEquals(problems.length, 1, problems.join("\n"));
    assertMatch(problems[0]!, expected);
  });
}

Deno.test("checkArchitecture() is not fooled by the words in comments and strings", () => {
  const source =
    `// import x from "../queue/service.ts"; any enum\nexport const s = 'export default "any"; import("../queue/service.ts")';`;
  assertEquals(problemsOf({ ...SOUND, "metrics/fine.ts": source }), []);
});
