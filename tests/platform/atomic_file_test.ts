import { assertEquals, assertRejects } from "@std/assert";
import { StagedFile, writeFileAtomic } from "../../src/platform/atomic_file.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("writeFileAtomic() replaces a file whole and leaves nothing beside it", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await writeFileAtomic(`${folder}/a`, bytes("one"));
    await writeFileAtomic(`${folder}/a`, bytes("two"));
    assertEquals(await Deno.readTextFile(`${folder}/a`), "two");
    await Deno.mkdir(`${folder}/in the way/inner`, { recursive: true });
    await assertRejects(() => writeFileAtomic(`${folder}/in the way`, bytes("three")));
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
