import { attribute, type TreeElement, UNREAD, walk } from "./tree.ts";

/** How far above a block of code its language may be named. */
const LANGUAGE_LEVELS = 3;
const LANGUAGE =
  /(?:^|\s)(?:language|lang|highlight-source|highlight|brush:|sourceCode)[-\s]\s?([a-z0-9+#-]{1,20})/i;
/** What highlighters write where they know none. */
const NO_LANGUAGE = new Set([
  "default",
  "none",
  "text",
  "plaintext",
  "plain",
  "notranslate",
  "source",
  "code",
  "nohighlight",
]);

/** A block of code, its fence longer than any in it. */
export function fencedCode(element: TreeElement): string[] {
  const text = rawText(element).replace(/\r\n?/g, "\n").replace(/^\n+/, "").trimEnd();
  if (!text) return [];
  let longest = 2;
  for (const run of text.matchAll(/`{3,}/g)) longest = Math.max(longest, run[0].length);
  const fence = "`".repeat(Math.min(longest, 64) + 1);
  return [`${fence}${codeLanguage(element)}\n${text}\n${fence}`];
}

/** Text with its white space, for code. */
export function rawText(element: TreeElement): string {
  const parts: string[] = [];
  const gather = (node: TreeElement): void => {
    for (const child of node.children) {
      if (typeof child === "string") parts.push(child);
      else if (child.name === "br") parts.push("\n");
      else if (
        !UNREAD.has(child.name) &&
        !/\b(line-?numbers?|gutter|lineno)\b/i.test(attribute(child, "class") ?? "")
      ) {
        gather(child);
        if (child.name === "tr" || child.name === "div" || child.name === "p") parts.push("\n");
      }
    }
  };
  gather(element);
  return parts.join("");
}

function codeLanguage(element: TreeElement): string {
  let found = "";
  const look = (node: TreeElement) => {
    if (found) return;
    const named = attribute(node, "data-lang") ?? attribute(node, "data-language") ??
      LANGUAGE.exec((attribute(node, "class") ?? "").slice(0, 300))?.[1];
    const language = named?.trim().toLowerCase() ?? "";
    if (/^[a-z0-9+#-]{1,20}$/.test(language) && !NO_LANGUAGE.has(language)) found = language;
  };
  look(element);
  if (!found) walk(element, (child) => child.name === "code" ? look(child) : undefined);
  let above = element.parent;
  for (let i = 0; !found && above && i < LANGUAGE_LEVELS; i++, above = above.parent) look(above);
  return found;
}
