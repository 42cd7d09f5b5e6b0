import type { TreeElement } from "./tree.ts";

/** A page as a tree, and what was set apart while it was read. */
export interface PageTree {
  /** A synthetic element that holds `head` and `body`. */
  root: TreeElement;
  head: TreeElement;
  body: TreeElement;
  scripts: ScriptText[];
  /** The meta, link, base and title elements, wherever they stand. */
  metas: TreeElement[];
  /** Attributes of the html element. */
  htmlAttributes: Record<string, string>;
  /** Elements kept. */
  elements: number;
}

/** A script that holds data: JSON-LD, embedded state, or inline code short enough to look for state in. */
export interface ScriptText {
  type: string;
  id?: string;
  text: string;
}
