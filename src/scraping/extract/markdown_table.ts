import { mark } from "./markdown_text.ts";
import { attribute, collapse, find, type TreeElement, type TreeNode } from "./tree.ts";

/** What writes the contents of cells. */
export interface CellWriter {
  blocks(element: TreeElement, level: number): string[];
  paragraphs(nodes: TreeNode[]): string[];
}

const MAX_COLUMNS = 64;

/**
 * A data table as pipes; a table of names and values (each row a `th` and a `td`) as a list, for Markdown's tables must
 * have a header row and this one has none; a table that only lays a page out as the blocks of its cells.
 */
export function renderTable(table: TreeElement, writer: CellWriter, level: number): string[] {
  const rows = tableRows(table);
  const caption = table.children.find((child): child is TreeElement =>
    typeof child !== "string" && child.name === "caption"
  );
  const out = caption ? writer.paragraphs(caption.children) : [];
  if (isLayout(table, rows)) {
    for (const row of rows) for (const cell of row) out.push(...writer.blocks(cell, level));
    return out;
  }
  const hanging: number[] = [];
  const grid = rows.map((row) => cellTexts(row, writer, hanging)).filter((row) =>
    row.some((cell) => cell !== "")
  );
  if (isNamedValues(rows) && grid.length === rows.length) {
    out.push(grid.map(namedValue).join("\n"));
    return out;
  }
  const columns = Math.min(MAX_COLUMNS, widest(grid));
  if (columns === 0) return out;
  const line = (cells: string[]) =>
    "| " + Array.from({ length: columns }, (_, i) => cells[i] ?? "").join(" | ") + " |";
  const headed = rows[0]!.every((cell) => cell.name === "th") ||
    rows[0]![0]?.parent?.parent?.name === "thead";
  const lines = [
    line(headed ? grid[0]! : []),
    line(Array.from({ length: columns }, () => "---")),
    ...grid.slice(headed ? 1 : 0).map(line),
  ];
  out.push(lines.join("\n"));
  return out;
}

/** Specifications: two columns, the first of headings. */
function isNamedValues(rows: TreeElement[][]): boolean {
  return rows.length > 0 &&
    rows.every(([name, value, more]) => name?.name === "th" && value?.name === "td" && more === undefined);
}

function namedValue([name = "", value = ""]: string[]): string {
  const label = name.replace(/:$/, "");
  return `- ${label === "" ? "" : `${mark(`${label}:`, "**")} `}${value}`.trimEnd();
}

/** Rows of cells of this table, not of tables inside it. */
export function tableRows(table: TreeElement): TreeElement[][] {
  const rows: TreeElement[][] = [];
  const gather = (element: TreeElement): void => {
    for (const child of element.children) {
      if (typeof child === "string") continue;
      if (child.name === "tr") {
        const cells = child.children.filter((cell): cell is TreeElement =>
          typeof cell !== "string" && (cell.name === "td" || cell.name === "th")
        );
        if (cells.length > 0) rows.push(cells);
      } else if (child.name === "thead" || child.name === "tbody" || child.name === "tfoot") gather(child);
    }
  };
  gather(table);
  return rows;
}

export function isLayout(table: TreeElement, rows: TreeElement[][]): boolean {
  if (rows.length === 0) return true;
  const role = attribute(table, "role");
  if (role === "presentation" || role === "none") return true;
  if (widest(rows) < 2) return true;
  return find(
    table,
    (element) =>
      element.name === "table" || element.name === "article" || element.name === "form" ||
      element.name === "section" || /^h[1-3]$/.test(element.name),
  ) !== undefined;
}

function widest(rows: readonly unknown[][]): number {
  return rows.reduce((most, row) => Math.max(most, row.length), 0);
}

/**
 * The texts of a row's cells, each in its column: a cell that spans leaves the places it covers empty.
 *
 * @param hanging by column, how many more rows a cell from above covers; kept up to date here
 */
function cellTexts(row: TreeElement[], writer: CellWriter, hanging: number[]): string[] {
  const texts: string[] = [];
  const skipCovered = () => {
    while (texts.length < MAX_COLUMNS && (hanging[texts.length] ?? 0) > 0) {
      hanging[texts.length]!--;
      texts.push("");
    }
  };
  for (const cell of row.slice(0, MAX_COLUMNS)) {
    skipCovered();
    const text = writer.blocks(cell, 99).join("\n").split("\n").map(collapse).filter(Boolean).join("<br>");
    const across = Math.min(span(cell, "colspan"), MAX_COLUMNS - texts.length), down = span(cell, "rowspan");
    for (let i = 0; i < across; i++) {
      hanging[texts.length] = down - 1;
      texts.push(i === 0 ? text.replace(/\\?\|/g, "\\|") : "");
    }
  }
  skipCovered();
  return texts;
}

function span(cell: TreeElement, name: string): number {
  const value = Number.parseInt(attribute(cell, name) ?? "1", 10);
  return Number.isSafeInteger(value) && value > 0 ? Math.min(value, 1000) : 1;
}
