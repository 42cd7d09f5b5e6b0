import { parse } from "csv-parse/sync";
import { TaskError } from "../../../platform/errors.ts";
import type { ExtractedPage } from "../../../sandbox/port.ts";
import { documentPage } from "./document_page.ts";
import type { DocumentText } from "./document_text.ts";

const MAX_ROWS = 10_000;
const MAX_COLUMNS = 200;
const MAX_CELL_CHARS = 5000;
/** No more than this of a file is read. */
const MAX_CHARS = 4_000_000;
/** A longer line is no row of a table; it is parted at its delimiters as it stands. */
const MAX_RECORD_CHARS = 200_000;
const DELIMITERS = [",", ";", "\t", "|"];
/** Enough to see which delimiter parts every line alike. */
const SAMPLE_LINES = 20;
const SAMPLE_CHARS = 64 * 1024;

/**
 * A table out of CSV or its like. The delimiter is the one that parts the first lines most evenly; the first row names
 * the columns.
 */
export function extractCsv({ text, charset, mediaType, request }: DocumentText): ExtractedPage {
  const delimiter = delimiterOf(text, mediaType);
  const [headers = [], ...rows] = records(text.slice(0, MAX_CHARS), delimiter, MAX_ROWS + 1);
  return documentPage({
    mediaType,
    charset,
    markdown: markdownTable(headers, rows),
    text,
    source: text,
    tables: headers.length > 0 ? [{ headers, rows }] : [],
  }, request);
}

function delimiterOf(text: string, mediaType: string): string {
  if (mediaType.includes("tab-separated")) return "\t";
  const sample = text.slice(0, SAMPLE_CHARS);
  let best = { delimiter: ",", score: 0 };
  for (const delimiter of DELIMITERS) {
    const widths = records(sample, delimiter, SAMPLE_LINES).map((row) => row.length);
    const usual = widths.toSorted((a, b) => a - b)[widths.length >> 1] ?? 1;
    const alike = widths.filter((width) => width === usual).length / (widths.length || 1);
    const score = usual > 1 ? alike * 100 + Math.min(usual, 50) : 0;
    if (score > best.score) best = { delimiter, score };
  }
  return best.delimiter;
}

function records(text: string, delimiter: string, to: number): string[][] {
  try {
    const rows: string[][] = parse(text, {
      delimiter,
      to,
      bom: true,
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
      max_record_size: MAX_RECORD_CHARS,
    });
    return rows.map((row) => row.slice(0, MAX_COLUMNS).map((cell) => cell.trim().slice(0, MAX_CELL_CHARS)));
  } catch (error) {
    // A quote that is never closed: what stands is taken line by line.
    if (!(error instanceof Error) || !("code" in error)) throw error;
    const lines = text.split(/\r\n|\r|\n/, to * 2).filter((line) => line.trim() !== "").slice(0, to);
    if (lines.length === 0) {
      throw new TaskError("unsupported_content", "Cannot read a table that has no rows");
    }
    return lines.map((line) =>
      line.split(delimiter, MAX_COLUMNS).map((cell) => cell.trim().slice(0, MAX_CELL_CHARS))
    );
  }
}

function markdownTable(headers: string[], rows: string[][]): string {
  if (headers.length === 0) return "";
  const line = (cells: string[]) => `| ${headers.map((_, i) => escapeCell(cells[i] ?? "")).join(" | ")} |`;
  return [line(headers), `| ${headers.map(() => "---").join(" | ")} |`, ...rows.map(line)].join("\n");
}

function escapeCell(cell: string): string {
  return cell.replace(/[\\|]/g, "\\$&").replace(/\r\n|\r|\n/g, "<br>");
}
