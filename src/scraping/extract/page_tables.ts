import type { PageTable } from "../../sandbox/port.ts";
import { isLayout, tableRows } from "./markdown_table.ts";
import { attribute, find, textOf, type TreeElement, walk } from "./tree.ts";
import { isHidden } from "./visibility.ts";

const MAX_TABLES = 200;
const MAX_COLUMNS = 200;
/** Cells of all tables of a page, after spans are unfolded, and the text of one. */
const MAX_CELLS = 100_000;
const MAX_CELL_CHARS = 2000;

/** The data tables of a page with spans unfolded: each cell of a span has its text. Tables that lay a page out are none. */
export function pageTables(body: TreeElement): PageTable[] {
  const tables: PageTable[] = [];
  let cells = 0;
  walk(body, (element) => {
    if (tables.length >= MAX_TABLES || cells >= MAX_CELLS || isHidden(element)) return false;
    if (element.name !== "table") return;
    const rows = tableRows(element);
    if (isLayout(element, rows)) return;
    const table = readTable(element, rows, MAX_CELLS - cells);
    for (const row of table.rows) cells += row.length;
    if (table.rows.length > 0) tables.push(table);
    return false;
  });
  return tables;
}

function readTable(element: TreeElement, rows: TreeElement[][], maxCells: number): PageTable {
  const captionElement = find(element, ({ name }) => name === "caption");
  const caption = captionElement && textOf(captionElement, 500);
  const grid = unfold(rows, maxCells);
  let headRows = 0;
  while (headRows < rows.length && isHeadRow(rows[headRows]!)) headRows++;
  const headers = joined(grid.slice(0, headRows));
  const body = grid.slice(headRows).filter((row) => row.some((cell) => cell !== ""));
  return { ...(caption ? { caption } : {}), headers, rows: body };
}

function isHeadRow(cells: TreeElement[]): boolean {
  return cells[0]!.parent?.parent?.name === "thead" || cells.every((cell) => cell.name === "th");
}

/** Several rows of headers as one: what stands above one another, from the top. */
function joined(rows: string[][]): string[] {
  const width = rows.reduce((most, row) => Math.max(most, row.length), 0);
  return Array.from(
    { length: width },
    (_, column) => [...new Set(rows.map((row) => row[column] ?? "").filter((text) => text !== ""))].join(" "),
  );
}

function unfold(rows: TreeElement[][], maxCells: number): string[][] {
  const grid: string[][] = [];
  /** By column: the text of a cell from above and how many more rows it covers. */
  const hanging: ({ text: string; rows: number } | undefined)[] = [];
  let cells = 0;
  for (const row of rows) {
    const out: string[] = [];
    const takeHanging = () => {
      for (let above = hanging[out.length]; above && out.length < MAX_COLUMNS; above = hanging[out.length]) {
        if (--above.rows === 0) hanging[out.length] = undefined;
        out.push(above.text);
      }
    };
    for (const cell of row) {
      takeHanging();
      const text = textOf(cell, MAX_CELL_CHARS);
      const across = span(cell, "colspan", MAX_COLUMNS), down = span(cell, "rowspan", rows.length);
      for (let i = 0; i < across && out.length < MAX_COLUMNS; i++) {
        if (down > 1) hanging[out.length] = { text, rows: down - 1 };
        out.push(text);
      }
    }
    takeHanging();
    cells += out.length;
    if (cells > maxCells) break;
    grid.push(out);
  }
  return grid;
}

/** `rowspan=0` reaches to the end. */
function span(cell: TreeElement, name: string, most: number): number {
  const value = Number.parseInt(attribute(cell, name) ?? "1", 10);
  if (value === 0 && name === "rowspan") return most;
  return Number.isSafeInteger(value) && value > 0 ? Math.min(value, most) : 1;
}
