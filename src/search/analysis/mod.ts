import type { WordFields } from "../book_port.ts";

/** Goes into the index's recipe: a change of what is written here rebuilds every index. */
export const ANALYSIS_VERSION = "1";

/** The words of a chunk as they are written and looked for. */
export function wordsOf(chunk: { title?: string; headingPath: string[]; text: string }): WordFields {
  const words = (text: string) => text.toLowerCase().match(/[\p{L}\p{N}]+/gu)?.join(" ") ?? "";
  return {
    title: words(chunk.title ?? ""),
    headings: words(chunk.headingPath.join(" ")),
    body: words(chunk.text),
  };
}

/** The key of a text's language: `he`, `en`, ..., `und`. Letters first, then what its page says. */
export function languageOf(text: string, hint?: string): string {
  const hebrew = text.match(/[\u05d0-\u05ea]/g)?.length ?? 0;
  const latin = text.match(/[a-z]/gi)?.length ?? 0;
  if (hebrew > 0 && hebrew * 3 >= latin) return "he";
  const primary = hint?.toLowerCase().split("-")[0];
  return primary !== undefined && /^[a-z]{2,3}$/.test(primary) && primary !== "he" ? primary : "en";
}
