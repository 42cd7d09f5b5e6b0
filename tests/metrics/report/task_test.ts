import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import manifest from "../../../deno.json" with { type: "json" };
import { DAY, temporaryFolder, writeLines } from "./files.ts";

const ROOT = new URL("../../../", import.meta.url).pathname;

/** `deno task metrics`, with more flags for the runtime. */
async function metrics(args: string[], options: { flags?: string[]; env?: Record<string, string> } = {}) {
  const [, run, ...rest] = manifest.tasks.metrics.command.split(" ");
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [run!, ...options.flags ?? [], ...rest, ...args],
    cwd: ROOT,
    env: { NO_COLOR: "1", ...options.env },
    stdin: "null",
  }).output();
  return { code, said: new TextDecoder().decode(stdout), complained: new TextDecoder().decode(stderr) };
}

Deno.test("deno task metrics tells of a rotated day, as text and as JSON", async () => {
  await using folder = await temporaryFolder();
  await writeLines(folder.path, { startMs: DAY, count: 2000, stepMs: 60_000, maxBytes: 50_000 });
  const env = { LOG_DIR: folder.path };
  const text = await metrics(["--day", "2026-01-31"], { env });
  assertEquals([text.code, text.complained], [0, ""]);
  assertStringIncludes(text.said, "1,440 lines of ");
  const json = await metrics(["--day", "2026-02-01", "--window", "20h", "--json", "--logs", folder.path]);
  assertEquals(json.code, 0);
  // The second day has 560 minutes with lines; its last twenty hours begin at 04:00.
  assertEquals(JSON.parse(json.said).lines, 560 - 240);
});

Deno.test("deno task metrics says what is wrong: 2 for a question, 1 for a folder", async () => {
  for (const args of [["--day", "soon"], ["--window", "1y"], ["--no-such-option"], ["surplus"]]) {
    const { code, said, complained } = await metrics(args);
    assertEquals([code, said], [2, ""], args.join(" "));
    assertStringIncludes(complained, "--window 6h");
  }
  const { code, complained } = await metrics(["--logs", "/nowhere"]);
  assertEquals(code, 1);
  assertStringIncludes(complained, "There is no folder /nowhere");
  assertEquals((await metrics(["--help"])).code, 0);
});

Deno.test("a file of 64 MB is read in bounded memory: with a heap of 24 MB", async () => {
  await using folder = await temporaryFolder();
  const count = 450_000;
  await writeLines(folder.path, { startMs: DAY, count, stepMs: 100, maxBytes: 1 << 30 });
  const { size } = await Deno.stat(`${folder.path}/metrics.jsonl`);
  assert(size >= 64e6, `${size} bytes`);
  const { code, said, complained } = await metrics(["--day", "2026-01-31", "--json", "--logs", folder.path], {
    flags: ["--v8-flags=--max-old-space-size=24"],
  });
  assertEquals([code, complained], [0, ""]);
  assertEquals(JSON.parse(said).lines, count);
});
