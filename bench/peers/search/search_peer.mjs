// MiniSearch and Orama on Node, in memory, as they ship: the same chunks as ours ({id, title, headings, text} a line),
// the same queries ({id, text} a line). `minisearch` and `orama` answer with the ids of each query's best chunks, the
// milliseconds each query took, one after the other, and what indexing took.
import { readFileSync } from "node:fs";
import MiniSearch from "minisearch";
import { create, insertMultiple, search } from "@orama/orama";
import { action, answer, settings } from "../lib.mjs";

const FIELDS = ["title", "headings", "text"];
const rows = (path) => readFileSync(path, "utf8").split("\n").filter(Boolean).map((line) => JSON.parse(line));

const engines = {
  minisearch(chunks) {
    const index = new MiniSearch({ fields: FIELDS });
    index.addAll(chunks);
    return (text, limit) => index.search(text).slice(0, limit).map(({ id }) => id);
  },
  async orama(chunks) {
    const index = create({ schema: { title: "string", headings: "string", text: "string" } });
    await insertMultiple(index, chunks, 1000);
    return async (text, limit) =>
      (await search(index, { term: text, limit, properties: FIELDS })).hits.map(({ id }) => id);
  },
};

const chunks = rows(settings.chunks);
const begun = performance.now();
const find = await engines[action](chunks);
const indexS = (performance.now() - begun) / 1000;
const hits = [];
const timesMs = [];
for (const { id, text } of rows(settings.queries)) {
  const from = performance.now();
  const found = await find(text, settings.limit);
  timesMs.push(performance.now() - from);
  hits.push({ id, hits: found });
}
answer({ indexS, timesMs, hits });
