/**
 * The N-th write of the queue's file fails, and every later one until the disk is well again, for N = 1, 2, 3, ... In the
 * gate N takes strides; `NTH_WRITE_ALL=1` leaves none out.
 */
import { assert, assertEquals } from "@std/assert";
import { lacks } from "../needs.ts";
import { FailingIo } from "./fixtures/failing_io.ts";
import type { Plan, Report } from "./fixtures/nth_write.ts";

const CHILD = new URL("./fixtures/nth_write.ts", import.meta.url).pathname;
const LIBRARY = new URL("./fixtures/failing_io.c", import.meta.url).pathname;
const ALL = Deno.env.get("NTH_WRITE_ALL") === "1";

async function run(program: string, args: string[], env: Record<string, string> = {}): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, { args, env, stdin: "null" }).output();
  assert(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

async function report(plan: Plan): Promise<Report> {
  const folder = await Deno.makeTempDir({ prefix: "tutti-nth-write-" });
  try {
    const library = `${folder}/failing_io.so`;
    await run("cc", ["-O2", "-shared", "-fPIC", "-o", library, LIBRARY, "-ldl"]);
    const control = `${folder}/control`;
    FailingIo.make(control);
    const args = ["run", "--no-check", "--allow-all", CHILD, folder, JSON.stringify(plan)];
    const env = { LD_PRELOAD: library, FAILING_IO_NAME: "queue.db", FAILING_IO_CONTROL: control };
    return JSON.parse(await run(Deno.execPath(), args, env));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Strides prime to 60, as what becomes of a run depends on N modulo 3, 4 and 5. */
const PLANS: (Plan & { leastWrites: number })[] = [
  { store: "in_thread", error: "EIO", fails: "syncs", from: 1, stride: 1, leastWrites: 40 },
  { store: "in_thread", error: "ENOSPC", fails: "everything", from: 1, stride: 11, leastWrites: 600 },
  { store: "in_thread", error: "EIO", fails: "everything", from: 5, stride: 11, leastWrites: 600 },
  { store: "threaded", error: "EIO", fails: "syncs", from: 1, stride: 7, leastWrites: 35 },
  { store: "threaded", error: "ENOSPC", fails: "everything", from: 3, stride: 37, leastWrites: 500 },
  { store: "threaded", error: "EIO", fails: "everything", from: 20, stride: 37, leastWrites: 500 },
];

for (const { leastWrites, ...plan } of PLANS) {
  const store = plan.store === "threaded" ? "ThreadedTaskStore" : "SqliteTaskStore";
  const what = plan.fails === "syncs" ? "fsync" : "write";
  Deno.test({
    name: `${store}: whichever ${what} fails with ${plan.error}, it is all or nothing, and works again after`,
    ignore: lacks("cc"),
    fn: async () => {
      const { problems, met, refused, writes } = await report(ALL ? { ...plan, from: 1, stride: 1 } : plan);
      assertEquals(problems, []);
      assert(writes >= leastWrites, `the whole story is ${writes} writes`);
      assert(refused >= met, `${refused} calls were refused in ${met} runs`);
    },
  });
}
