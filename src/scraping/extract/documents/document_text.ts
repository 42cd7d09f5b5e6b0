import type { ExtractRequest } from "../../../sandbox/port.ts";

/** The decoded text of a document. */
export interface DocumentText {
  text: string;
  charset: string;
  mediaType: string;
  request: ExtractRequest;
}

/** `text` as a code block whose fence nothing in it can end. */
export function fenced(text: string, language: string): string {
  let longest = 2;
  for (const run of text.matchAll(/`{3,}/g)) longest = Math.max(longest, run[0].length);
  const fence = "`".repeat(Math.min(longest, 64) + 1);
  return `${fence}${language}\n${text.trimEnd()}\n${fence}`;
}
