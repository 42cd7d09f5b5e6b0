import { withQuery } from "../../api/client.ts";

/** What is asked, as it stands in the page's own address; empty where nothing is said. */
export interface Question {
  q: string;
  mode: string;
  brand: string;
  lang: string;
  k: string;
  /** `page`, or empty. */
  group: string;
}

export const DEFAULTS: Question = { q: "", mode: "hybrid", brand: "", lang: "", k: "10", group: "" };

export function questionOf(query: URLSearchParams): Question {
  const of = (name: keyof Question) => query.get(name) ?? DEFAULTS[name];
  return {
    q: of("q"),
    mode: of("mode"),
    brand: of("brand"),
    lang: of("lang"),
    k: of("k"),
    group: of("group"),
  };
}

/** The question as parameters of the page's address; undefined for what is as it is by default. */
export function queryOf(question: Question): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(question).map((
      [name, value],
    ) => [name, value === DEFAULTS[name as keyof Question] ? undefined : value]),
  );
}

/** Where the service is asked it. */
export function searchPath({ q, mode, brand, lang, k, group }: Question): string {
  return withQuery("/api/search", { q, mode, brand, lang, k, group_by: group });
}
