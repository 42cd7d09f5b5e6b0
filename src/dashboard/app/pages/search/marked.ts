/** A part of a snippet: a text, and whether it was found. */
export interface MarkedPart {
  text: string;
  found: boolean;
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&amp;": "&",
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&#39;": "'",
};

/**
 * The parts of a snippet. The page takes no HTML from the service, though it is escaped there: a stranger wrote the text,
 * and as text it can do nothing.
 */
export function markedParts(snippet: string): MarkedPart[] {
  return snippet.split(/<mark>(.*?)<\/mark>/s)
    .map((part, at) => ({ text: unescaped(part), found: at % 2 === 1 }))
    .filter(({ text }) => text !== "");
}

function unescaped(text: string): string {
  return text.replace(/&(?:amp|lt|gt|quot|#39);/g, (entity) => ENTITIES[entity]!);
}

const RIGHT_TO_LEFT: ReadonlySet<string> = new Set(["he", "ar", "fa", "ur", "yi"]);

/** The direction of a text whose language is known: a Hebrew passage may begin with a model's Latin name. */
export function directionOf(lang: string): "rtl" | "auto" {
  return RIGHT_TO_LEFT.has(lang) ? "rtl" : "auto";
}
