import type { ExtractedPage } from "../../../sandbox/port.ts";
import { documentPage, MAX_OUTPUT_CHARS } from "./document_page.ts";
import { type DocumentText, fenced } from "./document_text.ts";

/** Deeper levels are not moved further to the right. */
const MAX_INDENT = 32;

/** JSON, set out line by line. Its words stay as they are: reading and writing it anew would round long numbers. */
export function extractJson({ text, charset, mediaType, request }: DocumentText): ExtractedPage {
  const value = parse(text);
  const pretty = value === undefined ? text.trim() : indented(text, MAX_OUTPUT_CHARS);
  return documentPage({
    mediaType,
    charset,
    title: titleOf(value),
    markdown: fenced(pretty, "json"),
    text: pretty,
    source: text,
  }, request);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // one value a line, or broken: shown as it came
  }
}

function titleOf(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { title, name } = value as { title?: unknown; name?: unknown };
  return [title, name].find((each): each is string => typeof each === "string" && each.trim() !== "")?.trim();
}

/** Valid JSON with a line for each member, at most a little over `maxChars` long. */
function indented(text: string, maxChars: number): string {
  const parts: string[] = [];
  let length = 0, depth = 0;
  const put = (part: string) => {
    parts.push(part);
    length += part.length;
  };
  const line = () => put("\n" + "  ".repeat(Math.min(depth, MAX_INDENT)));
  const token = /"(?:[^"\\]|\\[\s\S])*"|[[{]\s*[\]}]|[[\]{},:]|[^\s[\]{},:"]+/g;
  for (const [word] of text.matchAll(token)) {
    if (length > maxChars) break;
    if (word === "{" || word === "[") {
      put(word);
      depth++;
      line();
    } else if (word === "}" || word === "]") {
      depth--;
      line();
      put(word);
    } else if (word === ",") {
      put(word);
      line();
    } else put(word === ":" ? ": " : /^[[{]/.test(word) ? word[0]! + word.at(-1)! : word);
  }
  return parts.join("");
}
