/**
 * `deno task doc-lint`: every function and class that a door (`mod.ts`) or a port offers has a docstring.
 * `deno doc --lint` asks for one on every field of every interface too, and cannot see through zod's types.
 */
interface Declaration {
  location: { filename: string; line: number };
  kind: string;
  jsDoc?: { doc?: string };
}

interface DocJson {
  nodes: Record<string, { symbols: { name: string; declarations: Declaration[] }[] }>;
}

const ROOT = new URL("../", import.meta.url);

async function doors(folder: URL): Promise<string[]> {
  const found: string[] = [];
  for await (const entry of Deno.readDir(folder)) {
    const url = new URL(entry.name, folder);
    if (entry.isDirectory && entry.name !== "adapters") found.push(...await doors(new URL(`${url.href}/`)));
    if (entry.name === "mod.ts" || entry.name === "port.ts") found.push(url.href);
  }
  return found.sort();
}

const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
  args: ["doc", "--json", ...await doors(new URL("src/", ROOT))],
  cwd: ROOT,
  stdin: "null",
}).output();
if (!success) {
  console.error(new TextDecoder().decode(stderr));
  Deno.exit(1);
}
const { nodes } = JSON.parse(new TextDecoder().decode(stdout)) as DocJson;

const problems = new Set<string>();
let checked = 0;
for (const { symbols } of Object.values(nodes)) {
  for (const { name, declarations } of symbols) {
    for (const { kind, location, jsDoc } of declarations) {
      if (kind !== "function" && kind !== "class") continue;
      checked++;
      const at = location.filename.replace(ROOT.href, "");
      if (!jsDoc?.doc) problems.add(`${at}:${location.line + 1}: ${kind} ${name} has no docstring`);
    }
  }
}
for (const problem of problems) console.error(problem);
console.log(`${checked} public functions and classes, ${problems.size} without a docstring`);
Deno.exit(problems.size === 0 && checked > 0 ? 0 : 1);
