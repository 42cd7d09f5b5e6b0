import { decodeHeader, type EntryHeader, headerLength } from "./entry_file.ts";
import { MAX_KEY_BYTES, MAX_TAG_BYTES, MAX_TAGS } from "./entry_limits.ts";

/** Enough for the header of nearly every entry. */
const FIRST_READ_BYTES = 2048;
/** A header longer than this was not written by this store (tags are JSON: six bytes for one at worst). */
const MAX_HEADER_BYTES = 48 + MAX_KEY_BYTES + MAX_TAGS * (6 * MAX_TAG_BYTES + 3) + 2;

export interface ScannedFile {
  path: string;
  /** Bytes on disk. */
  sizeBytes: number;
  modifiedMs: number;
  /** Undefined where the file is not an entry, or not a whole one. */
  header: EntryHeader | undefined;
}

/**
 * Walks the entry folders and reads each file's header, nothing of its body. Everything is asynchronous and one at a
 * time: a scan of a large cache takes seconds and leaves the event loop free throughout. Files and folders that vanish
 * meanwhile are passed over; a folder that cannot be read ends the scan with the error of the file system.
 */
export async function* scanEntries(root: string, signal: AbortSignal): AsyncGenerator<ScannedFile> {
  for (const outer of await list(root)) {
    for (const inner of outer.isDirectory ? await list(`${root}/${outer.name}`) : []) {
      const folder = `${root}/${outer.name}/${inner.name}`;
      for (const file of inner.isDirectory ? await list(folder) : []) {
        if (signal.aborted) return;
        const scanned = await scanFile(`${folder}/${file.name}`);
        if (scanned) yield scanned;
      }
    }
  }
}

async function list(folder: string): Promise<Deno.DirEntry[]> {
  try {
    return await Array.fromAsync(Deno.readDir(folder));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

async function scanFile(path: string): Promise<ScannedFile | undefined> {
  try {
    using file = await Deno.open(path);
    const { size, mtime, isFile } = await file.stat();
    const scanned = { path, sizeBytes: size, modifiedMs: mtime?.getTime() ?? 0, header: undefined };
    if (!isFile) return scanned;
    let bytes = await readStart(file, FIRST_READ_BYTES);
    const headerBytes = headerLength(bytes) ?? 0;
    if (headerBytes > bytes.length && headerBytes <= Math.min(size, MAX_HEADER_BYTES)) {
      await file.seek(0, Deno.SeekMode.Start);
      bytes = await readStart(file, headerBytes);
    }
    const header = decodeHeader(bytes);
    return { ...scanned, header: header?.fileBytes === size ? header : undefined };
  } catch {
    return undefined; // vanished, or unreadable: then get() reports it to whoever asks for it
  }
}

async function readStart(file: Deno.FsFile, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let filled = 0;
  while (filled < length) {
    const read = await file.read(bytes.subarray(filled));
    if (read === null) break;
    filled += read;
  }
  return bytes.subarray(0, filled);
}
