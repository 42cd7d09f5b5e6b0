import { assert, assertEquals } from "@std/assert";
import { parseModule } from "./architecture/parse_module.ts";
import { checkArchitecture } from "./architecture/rules.ts";

const SRC = new URL("../src/", import.meta.url);

async function modulesUnder(folder: URL, prefix = ""): Promise<[path: string, source: string][]> {
  const found: [string, string][] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = `${prefix}${name}`;
    if (isDirectory) found.push(...await modulesUnder(new URL(`${name}/`, folder), `${path}/`));
    else if (/\.(ts|tsx)$/.test(name)) found.push([path, await Deno.readTextFile(new URL(name, folder))]);
  }
  return found.sort();
}

Deno.test("src keeps to docs/architecture.md: ranks, doors, adapters, no cycles, no long files", async () => {
  const modules = await modulesUnder(SRC);
  assert(modules.length > 50, "the walk must have found the house");
  assertEquals(checkArchitecture(modules.map(([path, source]) => parseModule(path, source))), []);
});
