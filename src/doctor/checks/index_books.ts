import type { Finding } from "../finding.ts";
import { fail, ok, warn } from "../finding.ts";
import type { Check } from "../ground.ts";
import { indexBooksOfFiles } from "./index_files.ts";

const CHECK = "index books";
/** Every id of every chunk is compared. */
const DEEP_TIMEOUT_MS = 600_000;

/** As `GET /api/index/books` answers. */
interface Books {
  store: number;
  words: number;
  vectors?: number | null;
  owed_vectors: number;
  owed_removals: number;
  balanced: boolean;
  problems: string[];
}

/** Chunks in the file = rows of words = records in Chroma, what is owed allowed for; ids compared, not only counts. */
export const indexBooks: Check = {
  name: CHECK,
  run: async (ground) => {
    const { config, service } = ground;
    if (config.CHROMA_URL === "off") return [ok(CHECK, "CHROMA_URL=off: no search")];
    if (service === undefined) return await indexBooksOfFiles(CHECK, ground);
    return findingsOf(
      await service.get<Books>("/api/index/books?deep=true", { timeoutMs: DEEP_TIMEOUT_MS }),
    );
  },
};

function findingsOf(books: Books): Finding[] {
  const { store, words, vectors, owed_vectors: owed, owed_removals: owedRemovals, balanced, problems } =
    books;
  const counts = `chunks ${store}, words ${words}, vectors ${vectors ?? "not asked"}, owed ${owed}` +
    (owedRemovals > 0 ? `, removals owed ${owedRemovals}` : "");
  if (!balanced) {
    return [counts, ...problems].map((line) =>
      fail(CHECK, line, "POST /api/index/rebuild with force makes it anew while the old one serves")
    );
  }
  if (vectors === undefined || vectors === null) {
    return [warn(CHECK, counts, "when Chroma answers again, the vectors are compared and written")];
  }
  return [ok(CHECK, counts)];
}
