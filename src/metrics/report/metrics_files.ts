import { join } from "node:path";

/** A file of lines, open for reading. */
export interface OpenFile extends Disposable {
  path: string;
  handle: Deno.FsFile;
}

const NAME = /^metrics\.jsonl(?:\.([1-9]\d{0,5}))?$/;

/**
 * `metrics.jsonl` and what it was rotated to, oldest first, all open: a rotation while they are read moves names and no
 * lines. They are opened newest first, so that one between two openings shows a file twice (seen by its inode, and left
 * out) and never not at all.
 * @throws {Deno.errors.NotFound} there is no such folder
 */
export async function openMetricsFiles(folder: string): Promise<OpenFile[]> {
  const numbers: number[] = [];
  for await (const { name } of Deno.readDir(folder)) {
    const match = NAME.exec(name);
    if (match !== null) numbers.push(Number(match[1] ?? 0));
  }
  if (numbers.length > 0) numbers.push(Math.max(...numbers) + 1); // where a rotation now moves the oldest to
  const opened: OpenFile[] = [];
  const seen = new Set<string>();
  try {
    for (const number of numbers.sort((a, b) => a - b)) {
      const path = join(folder, number === 0 ? "metrics.jsonl" : `metrics.jsonl.${number}`);
      const handle = await openOrNothing(path);
      if (handle === undefined) continue;
      const file = { path, handle, [Symbol.dispose]: () => handle.close() };
      opened.push(file);
      const { dev, ino } = await handle.stat();
      if (ino !== null && seen.has(`${dev}:${ino}`)) opened.pop()![Symbol.dispose]();
      else seen.add(`${dev}:${ino}`);
    }
  } catch (error) {
    for (const file of opened) file[Symbol.dispose]();
    throw error;
  }
  return opened.reverse();
}

async function openOrNothing(path: string): Promise<Deno.FsFile | undefined> {
  try {
    return await Deno.open(path, { read: true });
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
