/** What of `Deno.FsFile` is needed. */
export type LineSource = Pick<Deno.FsFile, "read">;

const CHUNK_BYTES = 256 * 1024;
/** Longer ones are none of ours. */
const MAX_LINE_CHARS = 1024 * 1024;

/**
 * The lines of a file, some hundred kilobytes of them at a time, whatever its size. A last line without its end is being
 * written, or was cut by a crash: it is left out.
 */
export async function* lineBatches(file: LineSource): AsyncGenerator<string[]> {
  const buffer = new Uint8Array(CHUNK_BYTES);
  const decoder = new TextDecoder();
  let rest = "";
  for (let count = await file.read(buffer); count !== null; count = await file.read(buffer)) {
    const lines = (rest + decoder.decode(buffer.subarray(0, count), { stream: true })).split("\n");
    rest = lines.pop()!;
    if (rest.length > MAX_LINE_CHARS) rest = rest.slice(0, MAX_LINE_CHARS); // it will not be JSON any more
    if (lines.length > 0) yield lines;
  }
}

/** The first line of a file, for its time; undefined for none. The file is then read up to somewhere behind it. */
export async function firstLine(file: LineSource): Promise<string | undefined> {
  for await (const [line] of lineBatches(file)) return line;
}
