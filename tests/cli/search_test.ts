import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { startService } from "../e2e/service_process.ts";
import { cli, cliJson } from "./cli_process.ts";

interface Found {
  degraded: boolean;
  passages: { document_id: string; title?: string }[];
}

Deno.test("documents are handed in, found, listed and taken out; Hebrew stays as it was written", async (t) => {
  // A Chroma that never answers: searches are by words alone, and say so.
  await using service = await startService({
    env: { WORKERS: "1", SHUTDOWN_GRACE_MS: "200", CHROMA_URL: "http://127.0.0.1:9" },
  });
  const at = { url: service.url };
  const folder = await Deno.makeTempDir();
  await using _folder = { [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }) };
  await Deno.writeTextFile(
    `${folder}/piano.md`,
    "# פסנתר במה SP-88\n\nמשקל הפסנתר הוא 14.8 קילוגרם & \x1b[31m<b>כבד</b>.\n",
  );
  await Deno.writeTextFile(`${folder}/drums.txt`, "The drum mixer has eight channels.\n");

  await t.step("add prints the ids; list has the documents once they are read", async () => {
    const { code, stdout, stderr } = await cli(
      ["documents", "add", `${folder}/piano.md`, `${folder}/drums.txt`, "--tag", "manual", "--tag", "he"],
      at,
    );
    assertEquals([code, stdout.trim().split("\n").length, stderr], [0, 2, ""]);
    let documents: { tags: string[] }[] = [];
    // Their tasks go on until Chroma is there; they are listed and found before.
    for (let tries = 0; documents.length < 2 && tries < 50; tries++) {
      documents = (await cliJson<{ documents: { tags: string[] }[] }>(["documents", "list"], at)).documents;
    }
    assertEquals(documents.map(({ tags }) => tags), [["manual", "he"], ["manual", "he"]]);
    assertMatch(
      (await cli(["documents", "list", "--tag", "manual"], at)).stdout,
      /^DOCUMENT .*\n(.*\n)*.*פסנתר במה SP-88/,
    );
  });

  await t.step("search shows passages, with nothing a terminal would obey", async () => {
    const { code, stdout, stderr } = await cli(["search", "משקל", "הפסנתר"], at);
    assertEquals(code, 0);
    assertStringIncludes(stdout, "14.8 קילוגרם & ");
    for (const each of ["<mark>", "&amp;", "&lt;", "\u001b", "\u2068"]) {
      assert(!stdout.includes(each), stdout);
    }
    assertMatch(stderr, /^by words alone: /);
    const found = await cliJson<Found>(["search", "drum mixer", "-k", "1"], at);
    assertEquals([found.degraded, found.passages.length], [true, 1]);
    assertStringIncludes((await cli(["search", "zzzzqqqq"], at)).stderr, "Nothing was found");
  });

  await t.step("rm takes out by id and by tag; what is not there is 3", async () => {
    const { documents } = await cliJson<{ documents: { document_id: string }[] }>(["documents", "list"], at);
    assertEquals((await cli(["documents", "rm", documents[0]!.document_id], at)).code, 0);
    assertEquals((await cli(["documents", "rm", documents[0]!.document_id], at)).code, 3);
    assertEquals((await cli(["documents", "rm", "--tag", "manual"], at)).code, 2);
    assertEquals(
      (await cliJson<{ documents: number }>(["documents", "rm", "--tag", "manual", "--yes"], at)).documents,
      1,
    );
    assertStringIncludes((await cli(["documents", "list"], at)).stderr, "There is no such document");
  });

  await t.step("ask says what is missing", async () => {
    const { code, stderr } = await cli(["ask", "how", "heavy?"], at);
    assertEquals(code, 1);
    assertStringIncludes(stderr, "LLM_URL");
  });
});
