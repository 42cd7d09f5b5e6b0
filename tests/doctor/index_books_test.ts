import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { ChromaConnection } from "../../src/search/adapters/chroma_server.ts";
import { ChromaVectorStore } from "../../src/search/adapters/chroma_vector_store.ts";
import { chromaConnected, idle, LACKS_CHROMA, startSearching, until } from "../e2e/search_service.ts";
import { CHROMA_LAUNCHER } from "../search/chroma_host.ts";

const MAIN = new URL("../../src/doctor/main.ts", import.meta.url).pathname;

interface Finding {
  check: string;
  level: string;
  message: string;
}

/** What the doctor says of Chroma and of the index's books. */
async function look(folder: string, port = "1"): Promise<{ code: number; chroma: string; books: string[] }> {
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", MAIN, "--json"],
    env: {
      PORT: port,
      CHROMA_LAUNCHER: CHROMA_LAUNCHER!.join(" "),
      DATA_DIR: `${folder}/data`,
      CACHE_DIR: `${folder}/cache`,
      LOG_DIR: `${folder}/logs`,
    },
    stdin: "null",
  }).output();
  const { checks } = JSON.parse(new TextDecoder().decode(stdout)) as { checks: Finding[] };
  const of = (name: string) =>
    checks.filter(({ check }) => check === name).map(({ level, message }) => `${level}: ${message}`);
  return { code, chroma: of("chroma")[0]!, books: of("index books") };
}

Deno.test({
  name: "the doctor compares chunks, words and vectors of a service that runs, and of one that does not",
  ignore: LACKS_CHROMA,
  fn: async () => {
    const folder = await Deno.makeTempDir({ prefix: "tutti-doctor-test-" });
    {
      await using service = await startSearching({ folder });
      await chromaConnected(service);
      for (
        const text of ["The amplifier hums.", "The piano is silent.", "הגיטרה אינה מכוונת ויש לכוון אותה."]
      ) {
        await service.json("/api/documents", { method: "POST", body: JSON.stringify({ text }) });
      }
      await idle(service);
      const running = await look(folder, new URL(service.url).port);
      assertStringIncludes(running.chroma, "ok: local, ");
      assertEquals(running.books, ["ok: chunks 3, words 3, vectors 3, owed 0"]);
      // Its files cannot be taken from it by a doctor who does not know where it listens.
      const elsewhere = await look(folder);
      assertStringIncludes(elsewhere.chroma, "warn: another Tutti");
      assert(elsewhere.books.every((line) => line.startsWith("warn")), elsewhere.books.join());
      assertEquals((await service.json<{ documents: number }>("/api/index")).body.documents, 3);
    }
    const stopped = await look(folder);
    assertEquals([stopped.code, stopped.books], [0, ["ok: chunks 3 = words = vectors + owed 0"]]);

    const path = `${folder}/data/search.db`;
    let lost: { id: string; collection: string };
    {
      using db = new DatabaseSync(path);
      lost = db.prepare(
        "SELECT c.id AS id, k.name AS collection FROM chunks c JOIN collections k ON k.generation = c.generation " +
          "AND k.lang = c.lang ORDER BY c.seq LIMIT 1",
      ).get() as typeof lost;
      db.exec("UPDATE collections SET chunks = chunks + 1 WHERE lang = 'he'");
      db.exec("DELETE FROM chunks WHERE seq = (SELECT max(seq) FROM chunks)");
    }
    {
      await using chroma = new ChromaConnection({
        folder: `${folder}/data/chroma`,
        launcher: CHROMA_LAUNCHER,
      });
      chroma.start();
      await until("Chroma", () => Promise.resolve(chroma.state().status === "connected"));
      using store = new ChromaVectorStore({ url: chroma.state().url! });
      await store.delete(lost.collection, [lost.id], { timeoutMs: 10_000 });
    }
    const { code, books } = await look(folder);
    assertEquals(code, 1);
    const all = books.join("\n");
    assertStringIncludes(all, "fail: generation 1: words of 1 chunks that are gone");
    assertStringIncludes(all, "fail: counters of a collection and its chunks do not agree");
    assertStringIncludes(all, `1 vectors are missing: ${lost.id}`);
    assertStringIncludes(all, "1 vectors of nothing");
    await Deno.remove(folder, { recursive: true });
  },
});
