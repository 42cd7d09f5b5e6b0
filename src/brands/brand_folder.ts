import { messageOf } from "../platform/errors.ts";
import { MAX_PROFILE_CHARS } from "./read_profile.ts";

/** A file of the folder as it is now. */
export interface ProfileFile {
  /** Its name in the folder. */
  file: string;
  /** The name without its extension. */
  stem: string;
  /** Changes whenever the file does. */
  version: string;
  /** Why it is not read, whatever is in it. */
  refusal?: string;
  /** The file before it that is the same brand's (`a.json` of `a.yaml`), which counts in its place. */
  shadowedBy?: string;
}

const EXTENSION = /^([^.].*)\.(?:yaml|yml|json)$/;
const MAX_FILES = 1000;
/** UTF-8 has at most three bytes for a UTF-16 unit. */
const MAX_BYTES = MAX_PROFILE_CHARS * 3;

/**
 * The profiles' files in a folder, by name; none where there is no folder. Hidden files and other extensions are not
 * profiles; a link is what it leads to, so a mounted configuration map will do.
 */
export async function listProfiles(folder: string): Promise<ProfileFile[]> {
  const names: string[] = [];
  try {
    for await (const { name } of Deno.readDir(folder)) if (EXTENSION.test(name)) names.push(name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return [];
    throw error;
  }
  const files: ProfileFile[] = [];
  const firstOf = new Map<string, string>();
  for (const [index, file] of names.sort().entries()) {
    const stem = EXTENSION.exec(file)![1]!;
    if (index >= MAX_FILES) {
      files.push({ file, stem, version: "", refusal: `is not read: there are more than ${MAX_FILES} files` });
      continue;
    }
    const info = await statOf(`${folder}/${file}`);
    if (info === undefined) continue;
    if (typeof info === "string") files.push({ file, stem, version: info, refusal: info });
    else if (!info.isDirectory) {
      files.push({ file, stem, version: versionOf(info), refusal: refusalOf(info) });
    }
  }
  for (const each of files) {
    const first = firstOf.get(each.stem);
    if (first === undefined) firstOf.set(each.stem, each.file);
    else Object.assign(each, { shadowedBy: first, version: `${each.version} ${first}` });
  }
  return files;
}

/** @throws what the file system throws; {TypeError} bytes that are no UTF-8 */
export async function readProfileText(folder: string, file: string): Promise<string> {
  return new TextDecoder("utf-8", { fatal: true }).decode(await Deno.readFile(`${folder}/${file}`));
}

function versionOf({ mtime, ctime, size, ino }: Deno.FileInfo): string {
  return `${mtime?.getTime()} ${ctime?.getTime()} ${size} ${ino}`;
}

function refusalOf({ isFile, size }: Deno.FileInfo): string | undefined {
  if (!isFile) return "is not a file"; // a pipe would be read for ever
  return size > MAX_BYTES ? `must be at most ${MAX_BYTES} bytes: it has ${size}` : undefined;
}

/** Undefined for a file that has gone in the meantime; the reason for one that cannot be looked at. */
async function statOf(path: string): Promise<Deno.FileInfo | string | undefined> {
  try {
    return await Deno.stat(path);
  } catch (error) {
    return error instanceof Deno.errors.NotFound ? undefined : `cannot be read: ${messageOf(error)}`;
  }
}
