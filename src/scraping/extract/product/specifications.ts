import { tableRows } from "../markdown_table.ts";
import { textOf, type TreeElement, walk } from "../tree.ts";
import type { PageView } from "./page_view.ts";

const MAX_PAIRS = 200;
const MAX_ROWS = 300;
const MAX_NAME_CHARS = 80;

export interface Specification {
  name: string;
  value: string;
}

/** Names and values of the page's two-column tables, definition lists and lists of two-part rows. */
export function shownSpecifications(view: PageView): Specification[] {
  const pairs: Specification[] = [];
  const put = (name: string, value: string) => {
    const label = name.replace(/[\s:：]+$/, "");
    if (!label || !value || label.length > MAX_NAME_CHARS || label === value || pairs.length >= MAX_PAIRS) {
      return;
    }
    pairs.push({ name: label, value });
  };
  for (const table of view.tables) if (pairs.length < MAX_PAIRS) readTable(table, put);
  for (const list of view.lists) if (pairs.length < MAX_PAIRS) readList(list, put);
  if (pairs.length === 0) readRows(view, put);
  return pairs;
}

function readTable(table: TreeElement, put: (name: string, value: string) => void): void {
  const rows = tableRows(table);
  if (rows.length > MAX_ROWS || rows.some((row) => row.length > 2)) return;
  for (const row of rows) if (row.length === 2) put(textOf(row[0]!, 200), textOf(row[1]!, 1000));
}

function readList(list: TreeElement, put: (name: string, value: string) => void): void {
  let name = "";
  walk(list, (child) => {
    if (child.name === "dl") return false;
    if (child.name === "dt") name = textOf(child, 200);
    else if (child.name === "dd" && name) {
      put(name, textOf(child, 1000));
      name = "";
    }
  });
}

/** Elements named as specifications whose rows each hold two elements: pages built of `div`s and `li`s. */
function readRows(view: PageView, put: (name: string, value: string) => void): void {
  let read = 0;
  for (const element of view.specifications) {
    if (read > MAX_ROWS) return;
    for (const row of element.children) {
      if (typeof row === "string" || read++ > MAX_ROWS) continue;
      const cells = row.children.filter((child): child is TreeElement => typeof child !== "string");
      if (cells.length === 2) put(textOf(cells[0]!, 200), textOf(cells[1]!, 1000));
    }
  }
}
