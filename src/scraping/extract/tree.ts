/**
 * The page as this folder sees it: plain objects, built once by `build_tree.ts`, read by everything else.
 * Depth is at most `MAX_DEPTH`, so walking it by recursion is safe whatever the page says.
 */

/** Deepest element below the root. Deeper ones are dropped, their text stays in the ancestor at the limit. */
export const MAX_DEPTH = 256;

export interface TreeElement {
  /** Lower case. */
  readonly name: string;
  /** Lower-case names; the first of a repeated attribute counts. */
  readonly attributes: Record<string, string>;
  readonly children: TreeNode[];
  parent: TreeElement | undefined;
  readonly depth: number;
}

/** Text is a plain string: half of all nodes, and it needs no identity. */
export type TreeNode = TreeElement | string;

export function createElement(
  name: string,
  attributes: Record<string, string>,
  parent: TreeElement | undefined,
): TreeElement {
  return { name, attributes, children: [], parent, depth: parent ? parent.depth + 1 : 0 };
}

/** An attribute, or undefined. Safe for names that an object inherits. */
export function attribute(element: TreeElement, name: string): string | undefined {
  return Object.hasOwn(element.attributes, name) ? element.attributes[name] : undefined;
}

/** Calls `visit` for each element below `root` in document order; returning `false` skips what is below it. */
export function walk(root: TreeElement, visit: (element: TreeElement) => boolean | void): void {
  for (const child of root.children) {
    if (typeof child !== "string" && visit(child) !== false) walk(child, visit);
  }
}

/** The first element that satisfies `test`, in document order. */
export function find(root: TreeElement, test: (element: TreeElement) => boolean): TreeElement | undefined {
  for (const child of root.children) {
    if (typeof child === "string") continue;
    if (test(child)) return child;
    const found = find(child, test);
    if (found) return found;
  }
  return undefined;
}

export function findAll(
  root: TreeElement,
  test: (element: TreeElement) => boolean,
  limit = Infinity,
): TreeElement[] {
  const found: TreeElement[] = [];
  walk(root, (element) => {
    if (found.length >= limit) return false;
    if (test(element)) found.push(element);
  });
  return found;
}

/** The text below an element, white space collapsed, at most `maxChars` long. Blocks are set apart by a space. */
export function textOf(root: TreeElement, maxChars = Infinity): string {
  const parts: string[] = [];
  let length = 0;
  // More than is asked for, as white space shrinks; a bound, as this is asked of every element above one long text.
  const most = maxChars * 4 + 200;
  const gather = (element: TreeElement): void => {
    for (const child of element.children) {
      if (length > most) return;
      if (typeof child === "string") {
        parts.push(child.length > most ? child.slice(0, most) : child);
        length += child.length;
      } else if (!UNREAD.has(child.name)) {
        const block = !INLINE.has(child.name);
        if (block) parts.push(" ");
        gather(child);
        if (block) parts.push(" ");
      }
    }
  };
  gather(root);
  const text = collapse(parts.join(""));
  return text.length > maxChars ? cut(text, maxChars) : text;
}

/** Runs of white space become one space; ends are trimmed. */
export function collapse(text: string): string {
  // Single spaces, most of all white space, are left as they are.
  return text.replace(/\s{2,}|[^\S ]/g, " ").trim();
}

/** At most `maxChars` UTF-16 units, never half a surrogate pair. */
export function cut(text: string, maxChars: number): string {
  if (text.length <= maxChars) return text;
  const code = text.charCodeAt(maxChars - 1);
  return text.slice(0, code >= 0xd800 && code <= 0xdbff ? maxChars - 1 : maxChars);
}

/** Elements whose text is not for reading. */
export const UNREAD: ReadonlySet<string> = new Set([
  "script",
  "style",
  "noscript",
  "template",
  "head",
  "title",
  "textarea",
  "select",
  "datalist",
  "object",
  "svg",
]);

/** Elements that stand within a line of text. */
export const INLINE: ReadonlySet<string> = new Set([
  "a",
  "abbr",
  "acronym",
  "b",
  "bdi",
  "bdo",
  "big",
  "cite",
  "code",
  "data",
  "del",
  "dfn",
  "em",
  "font",
  "i",
  "img",
  "ins",
  "kbd",
  "label",
  "mark",
  "meter",
  "nobr",
  "q",
  "rp",
  "rt",
  "ruby",
  "s",
  "samp",
  "small",
  "span",
  "strike",
  "strong",
  "sub",
  "sup",
  "time",
  "tt",
  "u",
  "var",
  "wbr",
]);
