import { assertEquals } from "@std/assert";

const ROOT = new URL("../../", import.meta.url);

/** The files and the command of docs/embedding.md: fenced code after a line that names it. */
async function example(): Promise<{ files: Map<string, string>; command: string[] }> {
  const text = await Deno.readTextFile(new URL("docs/embedding.md", ROOT));
  const files = new Map<string, string>();
  for (const [, name, code] of text.matchAll(/^`([a-z]+\.[a-z]+)`:\n\n```[a-z]+\n([\s\S]*?)^```$/gm)) {
    files.set(name!, code!.replaceAll("../tutti/", ROOT.href));
  }
  const command = /^```sh\n(.+)\n```$/m.exec(text)?.[1] ?? "";
  return { files, command: command.split(" ") };
}

Deno.test("the example of docs/embedding.md runs with the permissions it names, and again on its own data", async () => {
  const { files, command } = await example();
  assertEquals([...files.keys()], ["deno.json", "tasks.ts", "main.ts"]);
  const [deno, run, ...args] = command;
  assertEquals([deno, run], ["deno", "run"]);
  const folder = await Deno.makeTempDir({ prefix: "tutti-embed-" });
  try {
    for (const [name, code] of files) await Deno.writeTextFile(`${folder}/${name}`, code);
    const manifest = JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT)));
    for (const [name, target] of Object.entries(JSON.parse(files.get("deno.json")!).imports)) {
      assertEquals(target, manifest.imports[name], `${name} is the version of this project`);
    }
    for (const _ of ["first", "second"]) {
      const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: [run!, "--no-prompt", "--quiet", ...args],
        cwd: folder,
        stdin: "null",
      }).output();
      const said = new TextDecoder().decode(stderr);
      assertEquals([code, said], [0, ""]);
      assertEquals(new TextDecoder().decode(stdout), '{ text: "HELLO" }\n{ text: "ALL DONE" }\n5 2\n');
    }
    const types = await new Deno.Command(Deno.execPath(), {
      args: ["check", "--quiet", "main.ts"],
      cwd: folder,
      stdin: "null",
    }).output();
    assertEquals(types.code, 0, new TextDecoder().decode(types.stderr));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
