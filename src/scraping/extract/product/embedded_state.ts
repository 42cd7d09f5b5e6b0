import type { ScriptText } from "../build_tree.ts";
import { readLiteral } from "./js_literal.ts";

const MAX_CHARS = 3_000_000;
const MAX_VALUES = 300_000;
const MAX_ROOTS = 200;
const MAX_ATTEMPTS = 2000;
/** A script without any of these words holds nothing about a product. */
const WORTH_READING = /price|sku|product/i;
/** Where a literal stands: assigned, passed to a call, or a string given to `JSON.parse`. */
const START = /(?:[=(]\s{0,8}(?=[{[]))|JSON\.parse\(\s{0,8}(?=["'`])/g;

/**
 * The data that a page carries for its own scripts: JSON blocks (`__NEXT_DATA__` and its like) and what inline code
 * assigns or pushes (`window.__INITIAL_STATE__ = {...}`, `dataLayer.push({...})`). Never runs any of it.
 */
export function embeddedState(scripts: ScriptText[]): unknown[] {
  const roots: unknown[] = [];
  const budget = { chars: MAX_CHARS, values: MAX_VALUES };
  for (const { type, text } of scripts) {
    if (budget.chars <= 0 || roots.length >= MAX_ROOTS) break;
    if (type.startsWith("application/ld+json") || !WORTH_READING.test(text)) continue;
    if (/json/.test(type)) {
      budget.chars -= text.length;
      if (budget.chars > 0) push(roots, parseJson(text));
    } else if (type === "" || /javascript|module/.test(type)) readCode(text, budget, roots);
  }
  return roots;
}

function readCode(text: string, budget: { chars: number; values: number }, roots: unknown[]): void {
  START.lastIndex = 0;
  let attempts = 0;
  while (budget.chars > 0 && budget.values > 0 && roots.length < MAX_ROOTS && attempts++ < MAX_ATTEMPTS) {
    if (!START.test(text)) return;
    const at = START.lastIndex;
    const literal = readLiteral(text, at, budget);
    if (!literal) continue;
    push(roots, typeof literal.value === "string" ? parseJson(literal.value) : literal.value);
    START.lastIndex = literal.end;
  }
}

function push(roots: unknown[], value: unknown): void {
  if (typeof value === "object" && value !== null) roots.push(value);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text.trim().replace(/^<!--/, "").replace(/-->$/, ""));
  } catch {
    return undefined;
  }
}
