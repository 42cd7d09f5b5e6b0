import { TaskError } from "../../../../platform/errors.ts";
import type { ExtractedPage, ExtractRequest } from "../../../../sandbox/port.ts";
import { isBackToFront, isMostlyRtl } from "../../visual_order.ts";
import { documentPage, MAX_OUTPUT_CHARS } from "../document_page.ts";
import { blocksOf, typeSizes } from "./blocks.ts";
import { pageLines } from "./page_lines.ts";
import type { PdfLine } from "./pdf_line.ts";
import { pdfMetadata } from "./pdf_metadata.ts";
import { pdfText } from "./pdf_text.ts";
import { readPdf } from "./read_pdf.ts";
import { withoutRunningTitles } from "./running_titles.ts";

/**
 * A PDF as Markdown and text, page by page: headings by the size of their type, paragraphs made whole again, right-to-left
 * text in the order it is read.
 *
 * @throws {TaskError} unsupported_content, too_large
 */
export async function extractPdf(
  bytes: Uint8Array,
  { mediaType, request }: { mediaType: string; request: ExtractRequest },
): Promise<ExtractedPage> {
  const { pages: raw, links, info } = await readPdf(bytes);
  if (raw.every((items) => items.length === 0)) {
    throw new TaskError(
      "unsupported_content",
      "Cannot read a PDF without text: its pages are pictures, or empty",
    );
  }
  const words = raw.map((items) => items.map((item) => item.text).join(" "));
  const logical = isBackToFront(words.join(" ")) ?? false;
  const rtl = isMostlyRtl(words.join(" "));
  const pages = withoutRunningTitles(
    raw.map((items, i) => pageLines(items, { logical, rtl: isMostlyRtl(words[i]!) })),
  );
  const sizes = typeSizes(pages);
  const { markdown, text, pages: marks } = pdfText(
    pages.map((lines) => blocksOf(lines, sizes)),
    MAX_OUTPUT_CHARS,
  );
  const metadata = pdfMetadata(info, raw.length);
  return documentPage({
    mediaType,
    title: metadata.title ?? marks[0]?.title,
    language: metadata.language,
    markdown,
    text,
    links: links.map(({ url, items }) => ({ url, text: lineText(pageLines(items, { logical, rtl })) })),
    metadata,
    pages: marks,
  }, request);
}

function lineText(lines: readonly PdfLine[]): string {
  return lines.flatMap((line) => line.cells.map((cell) => cell.text)).join(" ").slice(0, 300);
}
