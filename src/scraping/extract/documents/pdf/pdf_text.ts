import { escapeLineStart, escapeText } from "../../markdown_text.ts";
import type { ExtractedPage } from "../../../../sandbox/port.ts";
import type { PdfBlock } from "./blocks.ts";

type PageMarks = NonNullable<ExtractedPage["pages"]>;

/** The whole document as Markdown and as text, with where each page begins. */
export function pdfText(
  pages: readonly PdfBlock[][],
  maxChars: number,
): { markdown: string; text: string; pages: PageMarks } {
  const marks: PageMarks = [];
  let markdown = "";
  let text = "";
  for (const [index, blocks] of pages.entries()) {
    if (markdown.length > maxChars || text.length > maxChars) break;
    const title = blocks.find((block) => block.kind === "heading")?.text;
    if (index > 0) {
      markdown += "\n\n";
      text += "\n\n";
    }
    marks.push({
      number: index + 1,
      ...(title ? { title } : {}),
      markdown_start: markdown.length,
      text_start: text.length,
    });
    // What a reader sees nothing of and a program finds: headings would change what the document says.
    const marker = pages.length > 1 ? [`<!-- page ${index + 1} -->`] : [];
    markdown += [...marker, joined(blocks, asMarkdown)].filter((part) => part !== "").join("\n\n");
    text += joined(blocks, asText);
  }
  return { markdown: markdown.slice(0, maxChars), text: text.slice(0, maxChars), pages: marks };
}

/** Items of a list stand line by line, other blocks apart. */
function joined(blocks: readonly PdfBlock[], write: (block: PdfBlock) => string): string {
  let out = "";
  for (const [i, block] of blocks.entries()) {
    if (i > 0) out += block.kind === "item" && blocks[i - 1]!.kind === "item" ? "\n" : "\n\n";
    out += write(block);
  }
  return out;
}

function asMarkdown(block: PdfBlock): string {
  switch (block.kind) {
    case "heading":
      return `${"#".repeat(block.level)} ${escapeText(block.text)}`;
    case "item":
      return `- ${escapeText(block.text)}`;
    case "rows":
      return block.rows.map((row) => escapeLineStart(row.map(escapeText).join(" | "))).join("  \n");
    case "paragraph":
      return /^\d{1,3}[.)]\s/.test(block.text)
        ? escapeText(block.text)
        : escapeLineStart(escapeText(block.text));
  }
}

function asText(block: PdfBlock): string {
  if (block.kind === "rows") return block.rows.map((row) => row.join("\t")).join("\n");
  return block.kind === "item" ? `- ${block.text}` : block.text;
}
