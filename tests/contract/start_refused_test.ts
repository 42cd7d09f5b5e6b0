import { assertEquals, assertStringIncludes } from "@std/assert";

/** Runs a start that must fail; its exit code and what it wrote. */
async function refused(env: Record<string, string>): Promise<{ code: number; text: string }> {
  const folder = env.FOLDER!;
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-P=service", "main.ts"],
    cwd: new URL("../../", import.meta.url).pathname,
    env: {
      ...{ PORT: "0", CHROMA_URL: "off", LOG_FORMAT: "json" },
      ...{ DATA_DIR: `${folder}/data`, CACHE_DIR: `${folder}/cache`, LOG_DIR: `${folder}/logs` },
      ...env,
    },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  return { code, text: new TextDecoder().decode(stderr) };
}

Deno.test("a start that cannot use a folder ends with 1 and names the folder and its setting", async (t) => {
  const folder = await Deno.makeTempDir({ prefix: "tutti-start-" });
  try {
    await Deno.writeTextFile(`${folder}/file`, "");
    for (const setting of ["DATA_DIR", "CACHE_DIR", "LOG_DIR"]) {
      await t.step(setting, async () => {
        // Nobody, root included, can make a folder below a file.
        const { code, text } = await refused({ FOLDER: folder, [setting]: `${folder}/file/x` });
        assertEquals(code, 1, text);
        assertStringIncludes(text, `${folder}/file/x`);
        assertStringIncludes(text, `set ${setting} to`);
        assertEquals(/Uncaught|\.ts:\d/.test(text), false, text);
      });
    }
    await t.step("a queue file that is none", async () => {
      await Deno.mkdir(`${folder}/data`, { recursive: true });
      await Deno.writeTextFile(`${folder}/data/queue.db`, "no database ".repeat(500));
      const { code, text } = await refused({ FOLDER: folder });
      assertEquals(code, 1, text);
      assertStringIncludes(text, `${folder}/data/queue.db`);
      assertStringIncludes(text, "restore");
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
