const NEWLINE = 0x0a;

/** Offset just past the last newline of the file's first `sizeBytes`. */
export async function endOfLastLine(
  handle: Pick<Deno.FsFile, "read" | "seek">,
  sizeBytes: number,
): Promise<number> {
  const block = new Uint8Array(64 * 1024);
  let end = sizeBytes;
  while (end > 0) {
    // The last byte alone first: nearly always it is the newline, and nothing more need be read.
    const start = end === sizeBytes ? end - 1 : Math.max(0, end - block.length);
    await handle.seek(start, Deno.SeekMode.Start);
    let filled = 0;
    while (filled < end - start) {
      const count = await handle.read(block.subarray(filled, end - start));
      if (count === null) break;
      filled += count;
    }
    const at = block.subarray(0, filled).lastIndexOf(NEWLINE);
    if (at >= 0) return start + at + 1;
    end = start;
  }
  return 0;
}

/** Newlines in `bytes`. */
export function countLines(bytes: Uint8Array): number {
  let count = 0;
  for (const byte of bytes) if (byte === NEWLINE) count++;
  return count;
}
