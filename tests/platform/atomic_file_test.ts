import { assertEquals, assertRejects } from "@std/assert";
import { StagedFile } from "../../src/platform/atomic_file.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

async function replace(folder: string, name: string, text: string): Promise<void> {
  using staged = await StagedFile.write(folder, bytes(text));
  staged.commit(`${folder}/${name}`);
}

Deno.test("StagedFile replaces a file whole and leaves nothing beside it", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await replace(folder, "a", "one");
    await replace(folder, "a", "two");
    assertEquals(await Deno.readTextFile(`${folder}/a`), "two");
    await Deno.mkdir(`${folder}/in the way/inner`, { recursive: true });
    await assertRejects(() => replace(folder, "in the way", "three"));
    const names = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort();
    assertEquals(names, ["a", "in the way"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("StagedFile shows nothing until commit() and vanishes without it", async () => {
  const folder = await Deno.makeTempDir();
  try {
    {
      using staged = await StagedFile.write(`${folder}/tmp`, bytes("kept"));
      staged.commit(`${folder}/new/folder/file`);
    }
    {
      using _ = await StagedFile.write(`${folder}/tmp`, bytes("dropped"));
    }
    assertEquals(await Deno.readTextFile(`${folder}/new/folder/file`), "kept");
    assertEquals(await Array.fromAsync(Deno.readDir(`${folder}/tmp`)), []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
