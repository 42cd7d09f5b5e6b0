import { ThreadedIndex } from "../../src/search/threaded_index.ts";
import { documentOfRound } from "./index_rounds.ts";

/**
 * A process that is to be killed: puts documents without end, several at once, and says which are in.
 *
 *     deno run ... index_writer.ts <file> <first round>
 */
const [path, first] = Deno.args;
const index = await ThreadedIndex.open({ path: path!, maxTokens: 160, embedder: { kind: "hash" } });
let round = Number(first);
await Promise.all(Array.from({ length: 6 }, async () => {
  for (;;) {
    const document = documentOfRound(round++);
    await index.put(document);
    console.log(JSON.stringify([document.documentId, document.fetchedMs]));
  }
}));
