import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { ThreadedIndex } from "../../src/search/threaded_index.ts";
import type { IndexDocument } from "../../src/search/index_port.ts";
import { contentsOf, IndexBench } from "./index_fixture.ts";
import { documentOfRound } from "./index_rounds.ts";

const ROUNDS = Number(Deno.env.get("KILL_ROUNDS") ?? 3);

/** Lets the writer put until it has said `puts` times that one is in, then kills it. Returns what it said. */
async function writeAndKill(path: string, first: number, puts: number): Promise<[string, number][]> {
  const writer = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-lock",
      "-P=test",
      new URL("./index_writer.ts", import.meta.url).pathname,
      path,
      String(first),
    ],
    cwd: new URL("../../", import.meta.url).pathname,
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const said: [string, number][] = [];
  let text = "";
  for await (const part of writer.stdout.pipeThrough(new TextDecoderStream())) {
    text += part;
    const lines = text.split("\n");
    text = lines.pop()!;
    for (const line of lines) said.push(JSON.parse(line));
    if (said.length >= puts) writer.kill("SIGKILL");
  }
  await writer.status;
  return said;
}

Deno.test("kill -9 in the middle of puts equals a clean build of what is in, and loses nothing that was answered", async () => {
  const folder = await Deno.makeTempDir({ prefix: "tutti-index-kill-" });
  const path = join(folder, "search.db");
  for (let round = 0, first = 0; round < ROUNDS; round++) {
    const said = await writeAndKill(path, first, 60 + 37 * round);
    {
      await using index = await ThreadedIndex.open({ path, maxTokens: 160, embedder: { kind: "hash" } });
      // Its own tidying ends before a write that comes after it is answered twice over: large documents take turns.
      const { balanced, problems } = await untilTidy(index, path);
      assert(balanced, problems.join());
    }
    const contents = contentsOf(path);
    const rows = contents.documents!.map((row) => JSON.parse(row) as { id: string; fetched_ms: number });
    for (const [documentId, fetchedMs] of said) {
      assert(
        rows.some((row) => row.id === documentId && row.fetched_ms >= fetchedMs),
        `${documentId} is lost`,
      );
    }
    using fresh = new IndexBench({ embedderId: "hash-1" });
    const documents: IndexDocument[] = rows.map((row) => documentOfRound(row.fetched_ms - 1000));
    for (const document of documents) fresh.put(document);
    assertEquals(contents, contentsOf(fresh.path));
    first = Math.max(...rows.map((row) => row.fetched_ms - 1000)) + 1;
  }
  await Deno.remove(folder, { recursive: true });
});

async function untilTidy(
  index: ThreadedIndex,
  path: string,
): Promise<{ balanced: boolean; problems: string[] }> {
  while (contentsOf(path).members!.some((row) => JSON.parse(row).unfinished !== 0)) await index.stats();
  return await index.books();
}
