import { isTraversal, parse, type Selector, SelectorType } from "css-what";
import { parseNth } from "./css_nth.ts";

/** Pseudo-classes that fields may use. Those of the pointer and of visited links say nothing of a page at rest. */
const PLAIN_PSEUDOS: ReadonlySet<string> = new Set(
  ("root scope empty first-child last-child only-child first-of-type last-of-type only-of-type any-link link " +
    "disabled enabled checked required optional read-only read-write selected parent header button input text " +
    "checkbox file password radio reset image submit").split(" "),
);
const TEXT_PSEUDOS: ReadonlySet<string> = new Set(["contains", "icontains", "lang"]);
const NTH_PSEUDOS: ReadonlySet<string> = new Set(
  ["nth-child", "nth-last-child", "nth-of-type", "nth-last-of-type"],
);
const NESTING_PSEUDOS: ReadonlySet<string> = new Set(["is", "where", "matches", "not", "has"]);

const MAX_NESTING = 8;
/** Each level looks at all that stands below what the one outside looks at. */
const MAX_HAS_NESTING = 2;
const MAX_QUOTED_CHARS = 60;

/**
 * Why a text is no CSS selector that fields can use, or undefined. What passes compiles in the sandbox; whether it ends
 * in time on a page is told there.
 */
export function selectorFault(text: string): string | undefined {
  let parsed: Selector[][];
  try {
    parsed = parse(text);
  } catch (error) {
    const reason = (error as Error).message.replace(/found $/, "found the end");
    return `is no CSS selector: ${reason.slice(0, 2 * MAX_QUOTED_CHARS)}`;
  }
  if (parsed.length === 0) return "is no CSS selector: it is empty";
  return listFault(parsed, { nesting: 0, has: 0 });
}

interface Depth {
  nesting: number;
  has: number;
}

function listFault(list: Selector[][], depth: Depth): string | undefined {
  if (depth.nesting > MAX_NESTING) return `must nest pseudo-classes at most ${MAX_NESTING} deep`;
  if (depth.has > MAX_HAS_NESTING) return `must nest :has() at most ${MAX_HAS_NESTING} deep`;
  for (const tokens of list) {
    const last = tokens.at(-1);
    if (last !== undefined && isTraversal(last)) return "is no CSS selector: it ends in a combinator";
    for (const token of tokens) {
      const fault = tokenFault(token, depth);
      if (fault !== undefined) return fault;
    }
  }
  return undefined;
}

function tokenFault(token: Selector, depth: Depth): string | undefined {
  switch (token.type) {
    case SelectorType.PseudoElement:
      return `must not use ::${quoted(token.name)}: a field reads the text, or its \`attribute\``;
    case SelectorType.ColumnCombinator:
      return "must not use the column combinator ||";
    case SelectorType.Attribute:
    case SelectorType.Tag:
    case SelectorType.Universal:
      return token.namespace === null || (token.type === SelectorType.Universal && token.namespace === "*")
        ? undefined
        : "must not use a namespace";
    case SelectorType.Pseudo:
      return pseudoFault(token, depth);
    default:
      return undefined;
  }
}

function pseudoFault(
  { name, data }: { name: string; data: string | Selector[][] | null },
  { nesting, has }: Depth,
): string | undefined {
  if (NESTING_PSEUDOS.has(name)) {
    if (!Array.isArray(data) || data.length === 0) return `needs a selector in :${name}()`;
    return listFault(data, { nesting: nesting + 1, has: has + (name === "has" ? 1 : 0) });
  }
  if (PLAIN_PSEUDOS.has(name)) return data === null ? undefined : `has words in :${name}, which takes none`;
  if (NTH_PSEUDOS.has(name)) {
    return typeof data === "string" && parseNth(data) !== undefined
      ? undefined
      : `needs a place such as 3, odd or 2n+1 in :${name}()`;
  }
  if (TEXT_PSEUDOS.has(name)) {
    return typeof data === "string" && data !== "" ? undefined : `needs words in :${name}()`;
  }
  return `must not use :${quoted(name)}, which is not known here`;
}

function quoted(text: string): string {
  return text.slice(0, MAX_QUOTED_CHARS);
}
