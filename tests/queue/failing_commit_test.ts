import { assertEquals } from "@std/assert";
import { lacks, lacksNamespaces } from "../needs.ts";

const CHILD = new URL("./fixtures/failing_commit.ts", import.meta.url).pathname;
const DENO = `"${Deno.execPath()}" run --no-check --allow-all "${CHILD}"`;

/** Runs the child in a shell and checks that a `COMMIT` that failed cost nothing but its own calls. */
async function survives(script: string, code: string): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "tutti-commit-" });
  try {
    const { success, stdout, stderr } = await new Deno.Command("sh", {
      args: ["-ec", script, "sh", folder],
    }).output();
    assertEquals([success, success ? "" : new TextDecoder().decode(stderr)], [true, ""]);
    const told = JSON.parse(new TextDecoder().decode(stdout));
    assertEquals(told.failedAt, ["COMMIT", "COMMIT", "COMMIT"], "the statements before it must have worked");
    assertEquals(told.refused, [1, 2, 3].map(() => [code, code, code, code]), "nothing is acknowledged");
    assertEquals(told.meanwhile, { unchanged: true, problems: [], read: "running", unknown: true });
    assertEquals(told.done, ["done", "done", "done", "done"], "it works again without a restart");
    const counts = { queued: 3, delayed: 0, running: 0, completed: 1, failed: 0, cancelled: 1 };
    assertEquals(told.after, { problems: [], counts });
    assertEquals(told.reopened, { problems: [], counts });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test({
  name: "SqliteTaskStore acknowledges nothing when COMMIT meets a full disk, and works again after",
  ignore: lacksNamespaces() || lacks("mount"),
  // The file system is the namespace's own and goes with it.
  fn: () =>
    survives(
      `exec unshare -rm sh -ec 'mount -t tmpfs -o size=1m tmpfs "$1"; ${DENO} "$1" full' sh "$1"`,
      "storage_full",
    ),
});

Deno.test({
  name: "SqliteTaskStore acknowledges nothing when COMMIT cannot write, and works again after",
  ignore: lacks("prlimit"),
  // Past its limit a process gets SIGXFSZ, and EFBIG where it ignores that.
  fn: () => survives(`trap '' XFSZ; exec ${DENO} "$1" limit`, "unavailable"),
});
