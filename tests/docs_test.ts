import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { renderMarkdownTable, SETTINGS } from "../src/config/mod.ts";
import manifest from "../deno.json" with { type: "json" };

const ROOT = new URL("../", import.meta.url);
const read = (path: string) => Deno.readTextFile(new URL(path, ROOT));

/** Where Deno's cache lies: a child with a clean environment needs it to find its packages. */
const DENO_CACHE_VARIABLES = ["HOME", "DENO_DIR", "XDG_CACHE_HOME"];

async function documents(): Promise<string[]> {
  const found = ["README.md", "CHANGELOG.md"];
  for (const folder of ["docs/", "docs/decisions/"]) {
    for await (const { name } of Deno.readDir(new URL(folder, ROOT))) {
      if (name.endsWith(".md")) found.push(`${folder}${name}`);
    }
  }
  return found;
}

/** The targets of Markdown links, without those inside code. */
function linksOf(markdown: string): string[] {
  const prose = markdown.replace(/^(```|~~~)[\s\S]*?^\1/gm, "").replace(/`[^`\n]*`/g, "");
  return [...prose.matchAll(/\]\(([^()\s]+)(?:\s+"[^"]*")?\)/g)].map((match) => match[1]!);
}

/** The anchor the common renderers give a heading. */
function anchorsOf(markdown: string): string[] {
  return [...markdown.matchAll(/^#{1,6}\s+(.+)$/gm)].map((match) =>
    match[1]!.toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, "").trim().replaceAll(/\s/g, "-")
  );
}

/** Cells without the padding a formatter adds, so that a table may be aligned. */
function rowsOf(table: string): string[][] {
  return table.trim().split("\n")
    .filter((line) => !/^\|[\s|:-]+\|$/.test(line))
    .map((line) => line.split(/(?<!\\)\|/).slice(1, -1).map((cell) => cell.trim()));
}

Deno.test("the README's table of settings is the schema's", async () => {
  const readme = await read("README.md");
  const table = /<!-- settings -->([\s\S]*?)<!-- \/settings -->/.exec(readme)?.[1];
  assert(table, "README.md needs the table between <!-- settings --> and <!-- /settings -->");
  assertEquals(rowsOf(table), rowsOf(renderMarkdownTable()));
});

Deno.test("the service may read the settings' variables, where Deno's cache lies, and no more", () => {
  // `ignore`: what the YAML parser asks of its own log; it hears that there is none.
  const allowed = [...SETTINGS.map(({ name }) => name), ...DENO_CACHE_VARIABLES];
  assertEquals(manifest.permissions.service.env.allow.toSorted(), allowed.toSorted());
});

Deno.test("links between the documents lead somewhere", async () => {
  const broken: string[] = [];
  for (const path of await documents()) {
    for (const link of linksOf(await read(path))) {
      if (/^[a-z]+:/i.test(link)) continue;
      const [file, anchor] = link.split("#") as [string, string?];
      const target = file ? new URL(file, new URL(path, ROOT)) : new URL(path, ROOT);
      let text = "";
      try {
        if ((await Deno.stat(target)).isFile) text = await Deno.readTextFile(target);
      } catch {
        broken.push(`${path}: ${link}`);
        continue;
      }
      if (anchor && !anchorsOf(text).includes(anchor)) broken.push(`${path}: ${link} (no such heading)`);
    }
  }
  assertEquals(broken, []);
});

Deno.test("the changelog has this version", async () => {
  assertStringIncludes(await read("CHANGELOG.md"), `## [${manifest.version}]`);
});

Deno.test("every decision has a number of its own and a title", async () => {
  const numbers = new Set<string>();
  for await (const { name } of Deno.readDir(new URL("docs/decisions/", ROOT))) {
    const number = /^(\d{4})-[a-z0-9-]+\.md$/.exec(name)?.[1];
    assert(number, `docs/decisions/${name} is not named NNNN-words.md`);
    assert(!numbers.has(number), `there are two decisions ${number}`);
    numbers.add(number);
    assertMatch(await read(`docs/decisions/${name}`), /^# \S/);
  }
});

Deno.test("one version of Deno is named everywhere", async () => {
  const named = new Map<string, Set<string>>();
  for (const path of ["README.md", "Dockerfile", "setup.sh", ".ci/run", "docs/operations.md"]) {
    const text = await read(path);
    for (
      const [, version] of text.matchAll(/\bdeno(?:@|:bin-|:debian-|_VERSION=|_version=)(\d+\.\d+\.\d+)/gi)
    ) {
      named.set(version!, (named.get(version!) ?? new Set()).add(path));
    }
  }
  assertEquals([...named.keys()], ["2.9.6"], JSON.stringify([...named].map(([v, paths]) => [v, [...paths]])));
});

Deno.test("deno.lock holds what the service imports and nothing of the tests", async () => {
  const lock = JSON.parse(await read("deno.lock")) as { specifiers: Record<string, string> };
  // The dashboard's packages are bundled; they stand in its own manifest, and in the one lock of the workspace.
  const page = JSON.parse(await read("src/dashboard/app/deno.json")) as { imports?: Record<string, string> };
  const imports = [...Object.values(manifest.imports), ...Object.values(page.imports ?? {})].map((target) =>
    target.replace(/^npm:\/?/, "")
  );
  const strangers = Object.keys(lock.specifiers).map((name) => name.replace(/^npm:/, ""))
    .filter((name) => !imports.some((target) => target.startsWith(name)) && !name.startsWith("@types/"));
  assertEquals(strangers, [], "run tests with `deno task test`: they have a lock of their own");
});
