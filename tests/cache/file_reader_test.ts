import { assertEquals } from "@std/assert";
import { FileReader } from "../../src/cache/adapters/file_reader.ts";

Deno.test("FileReader leaves the thread for a while when a read held it too long, then comes back", async () => {
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(path, "content");
    let nowMs = 0;
    let readMs = 1;
    const reader = new FileReader({ slowReadMs: 5, avoidMs: 1000, clockMs: () => nowMs += readMs });
    const read = () => reader.read(path, (bytes) => new TextDecoder().decode(bytes));
    assertEquals(read(), "content"); // no promise: read on this thread
    assertEquals(reader.mode, "direct");
    readMs = 10;
    assertEquals(read(), "content");
    readMs = 0;
    assertEquals(reader.mode, "pooled");
    const pooled = read();
    assertEquals(pooled instanceof Promise, true);
    assertEquals(await pooled, "content");
    nowMs += 1001;
    assertEquals(reader.mode, "direct");
  } finally {
    await Deno.remove(path);
  }
});
