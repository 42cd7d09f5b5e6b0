import { lacksNamespaces } from "../needs.ts";
import { assert, assertEquals, assertGreater, assertLess, assertStringIncludes } from "@std/assert";
import { type FileTrouble, type LineFileHandle, RotatingFile } from "../../src/platform/rotating_file.ts";

/** A folder of its own for one test, removed after it. */
async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "tutti-lines-" });
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const linesOf = (path: string) => Deno.readTextFileSync(path).split("\n").slice(0, -1);

Deno.test("append() holds no caller and flush() has every line on disk, in order", () =>
  inFolder(async (folder) => {
    const path = `${folder}/deep/er/lines.jsonl`;
    await using file = new RotatingFile({ path, maxBufferChars: 100 * 1024 * 1024 });
    const startedMs = performance.now();
    for (let i = 0; i < 100_000; i++) file.append(`{"n":${i}}`);
    const heldMs = performance.now() - startedMs;
    assertLess(heldMs, 2000, "100,000 appends must be pushes, not writes"); // some 10 ms when the machine is quiet
    await file.flush();
    assertEquals(file.stats(), { written: 100_000, dropped: 0, repairedBytes: 0 });
    const lines = linesOf(path);
    assertEquals(lines.length, 100_000);
    assertEquals(lines[99_999], '{"n":99999}');
    assertEquals(lines.every((line, i) => line === `{"n":${i}}`), true);
  }));

Deno.test("append() is written by the timer when nobody flushes", () =>
  inFolder(async (folder) => {
    const path = `${folder}/lines.jsonl`;
    const wrote = Promise.withResolvers<void>();
    await using file = new RotatingFile({
      path,
      flushMs: 5,
      open: async (name) => {
        const handle = await Deno.open(name, { read: true, append: true, create: true });
        return watched(handle, async (bytes) => {
          const count = await handle.write(bytes);
          wrote.resolve();
          return count;
        });
      },
    });
    file.append("one");
    const keepAlive = setTimeout(() => wrote.reject(new Error("never written")), 10_000);
    await wrote.promise;
    clearTimeout(keepAlive);
    assertEquals(linesOf(path), ["one"]);
  }));

Deno.test("append() drops and counts lines beyond the buffer's bound and after the end", () =>
  inFolder(async (folder) => {
    const path = `${folder}/lines.jsonl`;
    const file = new RotatingFile({ path, maxBufferChars: 30 });
    for (let i = 0; i < 10; i++) file.append(`line number ${i}`); // 13 characters and a newline each
    await file[Symbol.asyncDispose]();
    file.append("too late");
    assertEquals(linesOf(path), ["line number 0", "line number 1"]);
    assertEquals([file.stats().written, file.stats().dropped], [2, 9]);
  }));

Deno.test("open() cuts a torn last line, however long, and keeps every whole one", () =>
  inFolder(async (folder) => {
    for (
      const [before, after] of [
        ['{"a":1}\n{"b":2', '{"a":1}\n'],
        ['{"a":1}\n' + "x".repeat(200_000), '{"a":1}\n'],
        ["never a newline", ""],
        ['{"a":1}\n', '{"a":1}\n'],
        ["", ""],
        ['{"a":1}\n\0\0\0\0', '{"a":1}\n'],
      ] as const
    ) {
      const path = `${folder}/lines.jsonl`;
      await Deno.writeTextFile(path, before);
      await using file = new RotatingFile({ path });
      await file.open();
      await file.open(); // a second call does nothing and ends
      assertEquals(await Deno.readTextFile(path), after);
      assertEquals(file.stats().repairedBytes, before.length - after.length);
      file.append('{"c":3}');
      await file.flush();
      assertEquals(await Deno.readTextFile(path), after + '{"c":3}\n');
    }
  }));

Deno.test("rotation keeps `keep` files within `maxBytes`, newest first, and removes what is older", () =>
  inFolder(async (folder) => {
    const path = `${folder}/lines.jsonl`;
    await Deno.writeTextFile(`${path}.7`, "left by an earlier, larger keep\n");
    await Deno.writeTextFile(`${path}.bak`, "not ours\n");
    await using file = new RotatingFile({ path, maxBytes: 100, keep: 2 });
    for (let i = 0; i < 40; i++) file.append(`{"line":${String(i).padStart(8, "0")}}`); // 17 + 1 bytes: 5 to a file
    await file.flush();
    const names = [...Deno.readDirSync(folder)].map((entry) => entry.name).sort();
    assertEquals(names, ["lines.jsonl", "lines.jsonl.1", "lines.jsonl.2", "lines.jsonl.bak"]);
    const numbers = [`${path}.2`, `${path}.1`, path].flatMap(linesOf).map((line) =>
      Number(line.slice(8, 16))
    );
    assertEquals(numbers, Array.from({ length: 15 }, (_, i) => 25 + i));
    for (const name of names) assertLess(Deno.statSync(`${folder}/${name}`).size, 101);
  }));

Deno.test("a line longer than `maxBytes`, and letters of more bytes than one, lose nothing", () =>
  inFolder(async (folder) => {
    const path = `${folder}/lines.jsonl`;
    await using file = new RotatingFile({ path, maxBytes: 60, keep: 9 });
    const lines = ["short", "שלום ".repeat(7), "שלום ".repeat(6), "x".repeat(500), "end"];
    for (const line of lines) file.append(line);
    await file.flush();
    const kept: string[] = [];
    for (let n = 9; n >= 0; n--) {
      try {
        kept.push(...linesOf(n === 0 ? path : `${path}.${n}`));
      } catch { /* not so many */ }
    }
    assertEquals(kept, lines);
  }));

Deno.test("a reader never sees half a line while files rotate under it", () =>
  inFolder(async (folder) => {
    const path = `${folder}/lines.jsonl`;
    await using file = new RotatingFile({ path, maxBytes: 64 * 1024, keep: 3 });
    const total = 30_000;
    let next = 0;
    let looks = 0;
    while (next < total) {
      for (let i = 0; i < 1500; i++) file.append(`{"n":${next++},"pad":"${"p".repeat(next % 90)}"}`);
      const writing = file.flush();
      let done = false;
      const watch = writing.then(() => done = true);
      do {
        for (const name of [path, `${path}.1`, `${path}.2`]) {
          const text = await Deno.readTextFile(name).catch(() => "");
          const lines = text.split("\n");
          const tail = lines.pop()!; // what has no newline yet is not a line yet
          if (name !== path) assertEquals(tail, "", "a rotated file ends with a whole line");
          let before = -1;
          for (const line of lines) {
            const { n } = JSON.parse(line) as { n: number };
            assert(before === -1 || n === before + 1, `line ${n} follows ${before}`);
            before = n;
          }
          looks++;
        }
      } while (!done);
      await watch;
    }
    assertGreater(looks, 10);
    assertEquals(file.stats(), { written: total, dropped: 0, repairedBytes: 0 });
  }));

/** A handle whose `write` is another. */
function watched(
  handle: Deno.FsFile,
  write: (bytes: Uint8Array) => Promise<number>,
): LineFileHandle {
  return {
    write,
    read: (into) => handle.read(into),
    seek: (offset, whence) => handle.seek(offset, whence),
    stat: () => handle.stat(),
    truncate: (size) => handle.truncate(size),
    close: () => handle.close(),
  };
}

/** A disk with room for `room.bytes` more: short write first, then ENOSPC, as Linux does. */
function smallDisk(room: { bytes: number }) {
  return async (path: string): Promise<LineFileHandle> => {
    const handle = await Deno.open(path, { read: true, append: true, create: true });
    return watched(handle, async (bytes) => {
      if (room.bytes === 0) throw new Error("No space left on device (os error 28)");
      const count = await handle.write(bytes.subarray(0, room.bytes));
      room.bytes -= count;
      return count;
    });
  };
}

Deno.test("a full disk drops lines with one warning, leaves no half line, and writing resumes by itself", () =>
  inFolder(async (folder) => {
    const path = `${folder}/lines.jsonl`;
    const room = { bytes: 25 };
    const troubles: FileTrouble[] = [];
    await using file = new RotatingFile({
      path,
      retryMs: 5,
      open: smallDisk(room),
      onTrouble: (trouble) => troubles.push(trouble),
    });
    for (let i = 0; i < 5; i++) file.append(`line ${i} 890`); // 11 bytes each: two fit, the third is torn
    await file.flush();
    assertEquals(await Deno.readTextFile(path), "line 0 890\nline 1 890\n");
    assertEquals([file.stats().written, file.stats().dropped], [2, 3]);
    for (let i = 0; i < 3; i++) {
      file.append("still full");
      await file.flush();
    }
    assertEquals(file.stats().dropped, 6);
    assertStringIncludes(file.stats().lastError!, "No space left");
    assertEquals(troubles.map(({ state }) => state), ["failing"]);

    room.bytes = 1000;
    file.append("room again");
    await file.flush();
    assertEquals(await Deno.readTextFile(path), "line 0 890\nline 1 890\nroom again\n");
    assertEquals(troubles.map(({ state, dropped }) => [state, dropped]), [["failing", 3], ["recovered", 6]]);
    assertEquals(file.stats().lastError, undefined);

    room.bytes = 0;
    file.append("full once more");
    await file.flush();
    assertEquals(troubles.length, 3, "a second fault is told again");
  }));

Deno.test("a short write is gone on with, byte by byte if it must be", () =>
  inFolder(async (folder) => {
    const path = `${folder}/lines.jsonl`;
    await using file = new RotatingFile({
      path,
      open: async (name) => {
        const handle = await Deno.open(name, { read: true, append: true, create: true });
        return watched(handle, (bytes) => handle.write(bytes.subarray(0, 1)));
      },
    });
    file.append("one");
    file.append("two");
    await file.flush();
    assertEquals(await Deno.readTextFile(path), "one\ntwo\n");
  }));

Deno.test("a folder that cannot be made costs the lines, a warning, and nothing else; it heals by itself", () =>
  inFolder(async (folder) => {
    // A file where the folder should be: refused for root too, whom permission bits do not stop.
    await Deno.writeTextFile(`${folder}/logs`, "");
    const troubles: FileTrouble[] = [];
    await using file = new RotatingFile({
      path: `${folder}/logs/lines.jsonl`,
      onTrouble: (trouble) => {
        troubles.push(trouble);
        throw new Error("a listener's own fault");
      },
    });
    await file.open();
    file.append("lost");
    await file.flush();
    assertEquals([file.stats().written, file.stats().dropped], [0, 1]);
    await Deno.remove(`${folder}/logs`);
    file.append("kept");
    await file.flush();
    assertEquals(linesOf(`${folder}/logs/lines.jsonl`), ["kept"]);
    assertEquals(troubles.map(({ state }) => state), ["failing", "recovered"]);
  }));

Deno.test({
  name: "on a real tmpfs that fills and a real read-only mount, lines are whole and the service goes on",
  ignore: lacksNamespaces(), // needs Linux user namespaces; the wrapper above covers the rest
  fn: () =>
    inFolder(async (folder) => {
      const script = new URL("./rotating_file_child.ts", import.meta.url).pathname;
      const { stdout, stderr, success } = await new Deno.Command("unshare", {
        args: [
          "-rm",
          "sh",
          "-c",
          'mount -t tmpfs -o size=64k none "$1" && exec "$2" run --no-check -A "$3" "$1"',
          "sh",
          folder,
          Deno.execPath(),
          script,
        ],
      }).output();
      assert(success, new TextDecoder().decode(stderr));
      const said = JSON.parse(new TextDecoder().decode(stdout)) as Record<string, unknown>;
      assertEquals(said, {
        full: { states: ["failing"], whole: true, dropped: true, error: true },
        readOnly: { states: ["failing"], error: true },
        after: { states: ["failing", "recovered"], last: "room again" },
      });
    }),
});
