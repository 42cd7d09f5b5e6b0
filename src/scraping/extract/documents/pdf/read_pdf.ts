import { getDocumentProxy } from "unpdf";
import { messageOf, TaskError } from "../../../../platform/errors.ts";
import type { PdfItem } from "./pdf_line.ts";

/** More pages than any manual; what has more is not read at all, for half of it would pass for the whole. */
const MAX_PAGES = 3000;
/** Text of all pages, in characters. */
const MAX_CHARS = 8_000_000;
const MAX_LINKS = 5000;
/** Links of one page whose text is looked for. */
const MAX_TEXTS = 500;

export interface RawLink {
  url: string;
  /** What stands where the link is. */
  items: PdfItem[];
}

export interface RawPdf {
  pages: PdfItem[][];
  links: RawLink[];
  info: Record<string, unknown>;
}

/**
 * What pdf.js finds in a file: text with its places, links, metadata. No script is run, no font loaded, no worker started.
 *
 * @throws {TaskError} unsupported_content for a file that is encrypted or broken; too_large for too many pages
 */
export async function readPdf(bytes: Uint8Array): Promise<RawPdf> {
  const pdf = await open(bytes);
  try {
    if (pdf.numPages > MAX_PAGES) {
      throw new TaskError(
        "too_large",
        `Cannot read a PDF of more than ${MAX_PAGES} pages: it has ${pdf.numPages}`,
      );
    }
    const { info } = await pdf.getMetadata();
    const pages: PdfItem[][] = [];
    const links: RawLink[] = [];
    let chars = 0;
    for (let number = 1; number <= pdf.numPages && chars < MAX_CHARS; number++) {
      const page = await pdf.getPage(number);
      const items = itemsOf((await page.getTextContent()).items);
      pages.push(items);
      if (links.length < MAX_LINKS) links.push(...linksOf(await page.getAnnotations(), items));
      for (const { text } of items) chars += text.length;
      page.cleanup();
    }
    return { pages, links, info: info as Record<string, unknown> };
  } catch (error) {
    throw error instanceof TaskError ? error : broken(error);
  } finally {
    await pdf.loadingTask.destroy();
  }
}

async function open(bytes: Uint8Array) {
  try {
    // A copy: pdf.js takes the buffer of what it is given.
    return await getDocumentProxy(bytes.slice(), {
      useSystemFonts: false,
      disableFontFace: true,
      useWorkerFetch: false,
      useWasm: false,
      enableXfa: false,
      maxImageSize: 1,
      verbosity: 0,
    });
  } catch (error) {
    throw broken(error);
  }
}

function broken(error: unknown): TaskError {
  const name = error instanceof Error ? error.name : "";
  // The memory of the process, not the file, is at fault.
  if (error instanceof RangeError) throw error;
  const message = name === "PasswordException"
    ? "Cannot read a PDF that is encrypted"
    : `Cannot read a PDF that is broken: ${messageOf(error).slice(0, 200)}`;
  return new TaskError("unsupported_content", message);
}

function itemsOf(raw: readonly unknown[]): PdfItem[] {
  const items: PdfItem[] = [];
  for (const entry of raw) {
    const { str, transform, width, height } = entry as {
      str?: unknown;
      transform?: number[];
      width?: number;
      height?: number;
    };
    if (typeof str !== "string" || str.trim() === "" || !transform || !transform.every(Number.isFinite)) {
      continue;
    }
    const [a = 0, b = 0, , , x = 0, y = 0] = transform;
    // Text that stands on end is no line of the page.
    if (Math.abs(b) > Math.abs(a)) continue;
    const size = Math.max(1, height || Math.hypot(a, b));
    const length = Math.max(0, width ?? 0);
    const left = a < 0 ? x - length : x;
    items.push({ text: str, x: left, end: left + length, y, size });
  }
  return items;
}

function linksOf(annotations: readonly unknown[], items: readonly PdfItem[]): RawLink[] {
  const links: RawLink[] = [];
  for (const annotation of annotations.slice(0, MAX_LINKS)) {
    const { subtype, url, rect } = annotation as { subtype?: string; url?: string; rect?: number[] };
    if (subtype !== "Link" || !url || !/^https?:/i.test(url) || !rect) continue;
    const within = links.length < MAX_TEXTS ? itemsWithin(rect, items) : [];
    const last = links[links.length - 1];
    // A link over several runs or lines of text is several.
    if (last?.url === url) last.items.push(...within);
    else links.push({ url, items: within });
  }
  return links;
}

function itemsWithin([x1 = 0, y1 = 0, x2 = 0, y2 = 0]: number[], items: readonly PdfItem[]): PdfItem[] {
  return items.filter(({ x, end, y }) => {
    const middle = (x + end) / 2;
    return y >= y1 - 1 && y <= y2 + 1 && middle >= x1 && middle <= x2;
  });
}
