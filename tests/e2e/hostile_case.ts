import type { Reply } from "./raw_site.ts";

/** What a site does, and what may come of it: `completed`, or the code of the failure. */
export interface HostileCase {
  name: string;
  reply: Reply;
  outcomes: string[];
  /** Besides the URL and the time. */
  options?: Record<string, unknown>;
}

/** A page that is much work may be read or given up; it may not be anything else. */
export const MAY_BE_READ = ["completed", "timeout", "out_of_memory", "too_large"];

/** That many zeros. */
export async function packed(format: CompressionFormat, size: number): Promise<Uint8Array<ArrayBuffer>> {
  const zeros = new Blob([new Uint8Array(size)]).stream().pipeThrough(new CompressionStream(format));
  return new Uint8Array(await new Response(zeros).arrayBuffer());
}
