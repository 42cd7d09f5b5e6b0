import { assertEquals } from "@std/assert";
import { TaskError } from "../../../../src/platform/errors.ts";
import { type ExtractedPage, PAGE_FORMATS } from "../../../../src/sandbox/port.ts";
import { extractBody } from "../../../../src/scraping/extract/mod.ts";

/** A body in every format. */
export async function read(
  body: string | Uint8Array,
  contentType?: string,
  url = "https://site.example/dir/file",
): Promise<ExtractedPage> {
  const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
  return await extractBody(bytes, { url, contentType, formats: [...PAGE_FORMATS] });
}

export async function assertRefused(work: () => unknown, code: string, words: RegExp): Promise<void> {
  let message = "nothing";
  try {
    await work();
  } catch (error) {
    message = error instanceof TaskError ? `${error.code}: ${error.message}` : String(error);
  }
  assertEquals([message.startsWith(`${code}: `), words.test(message)], [true, true], message);
}
