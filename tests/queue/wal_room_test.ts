import { assert, assertEquals } from "@std/assert";
import { CHECKPOINT_PAGES, WalRoom } from "../../src/queue/adapters/sqlite/wal_room.ts";
import { SqliteTaskStore } from "../../src/queue/adapters/sqlite_task_store.ts";
import { lacks, lacksNamespaces } from "../needs.ts";
import { newTask } from "../contracts/task_store_contract.ts";

Deno.test("WalRoom.make() leaves every commit before and after it readable after a crash, also past a checkpoint", async () => {
  const folder = await Deno.makeTempDir({ prefix: "tutti-queue-" });
  try {
    const path = `${folder}/queue.db`;
    await using store = new SqliteTaskStore({ path });
    await store.enqueue({ tasks: [newTask()] });
    const walRoom = new WalRoom(path);
    const made = walRoom.make();
    await store.enqueue({ tasks: [newTask()] }); // between two of its steps
    await made;
    const sizeBytes = () => Deno.statSync(`${path}-wal`).size;
    const atFirst = sizeBytes();
    const pagesBytes = CHECKPOINT_PAGES * (4096 + 24); // what a checkpoint's worth of pages takes in a WAL
    assert(atFirst > pagesBytes && atFirst < pagesBytes + 1_000_000, `${atFirst} bytes`);
    let accepted = 2;
    const big = JSON.stringify("x".repeat(100_000));
    for (let crash = 0; crash < 4; crash++) {
      for (let i = 0; i < 30; i++, accepted++) await store.enqueue({ tasks: [newTask({ inputJson: big })] });
      const copy = `${folder}/${crash}.db`;
      for (const end of ["", "-wal"]) Deno.copyFileSync(`${path}${end}`, `${copy}${end}`);
      await using after = new SqliteTaskStore({ path: copy });
      assertEquals([after.snapshot().accepted, after.verifyBooks()], [accepted, []]);
    }
    assertEquals(sizeBytes(), atFirst, "the WAL began anew inside its room");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test({
  name: "WalRoom.make() takes nothing of a disk that has too little",
  ignore: lacksNamespaces() || lacks("mount"),
  fn: async () => {
    const folder = await Deno.makeTempDir({ prefix: "tutti-queue-" });
    try {
      const module = import.meta.resolve("../../src/queue/adapters/sqlite/wal_room.ts");
      const code =
        `import { CHECKPOINT_PAGES, WalRoom } from "${module}"; const wal = Deno.args[0] + "/q-wal";` +
        `Deno.writeFileSync(wal, new Uint8Array(300_000)); await new WalRoom(Deno.args[0] + "/q").make();` +
        `console.log(Deno.statSync(wal).size)`;
      const script = `mount -t tmpfs -o size=1m tmpfs "$1"; echo '${code}' > "$1/x.ts"; ` +
        `exec "${Deno.execPath()}" run --no-check --allow-all "$1/x.ts" "$1"`;
      const { stdout, stderr } = await new Deno.Command("unshare", {
        args: ["-rm", "sh", "-ec", script, "sh", folder],
      }).output();
      const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
      assertEquals(text(stdout), "300000\n", text(stderr));
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
