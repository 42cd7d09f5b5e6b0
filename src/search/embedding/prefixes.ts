/** What a model wants written before a text, as it was trained: without it, what it says of a question is worth less. */
export interface Prefixes {
  query: string;
  document: string;
}

const NONE: Prefixes = { query: "", document: "" };
const RETRIEVE = "Given a question, retrieve passages that answer it";

/** By what a model calls itself (its name, its folder, `_name_or_path`), in any spelling; those that want nothing: nothing. */
const FAMILIES: readonly { words: readonly string[]; prefixes: Prefixes }[] = [
  { words: ["e5", "instruct"], prefixes: { query: `Instruct: ${RETRIEVE}\nQuery: `, document: "" } },
  { words: ["e5"], prefixes: { query: "query: ", document: "passage: " } },
  { words: ["nomic", "embed"], prefixes: { query: "search_query: ", document: "search_document: " } },
  { words: ["arctic", "embed"], prefixes: { query: "query: ", document: "" } },
];

/** The prefixes of the first family whose words all stand in `name` as words of their own (`multilingual-e5-small`). */
export function prefixesOf(name: string): Prefixes {
  const words = new Set(name.toLowerCase().split(/[^a-z0-9]+/));
  return FAMILIES.find((family) => family.words.every((word) => words.has(word)))?.prefixes ?? NONE;
}
