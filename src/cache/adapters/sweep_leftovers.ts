/**
 * Removes what crashed writers and clears left in `folder`: entries not modified since `olderThanMs`. What is younger
 * may be another process's write under way. Passes over what it cannot remove; throws only if the folder is unreadable.
 */
export async function sweepLeftovers(folder: string, olderThanMs: number): Promise<void> {
  for await (const { name } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    try {
      const { mtime } = await Deno.lstat(path);
      // A tree on its way out has no writer: its age says nothing.
      if (name.endsWith(".trash") || (mtime?.getTime() ?? 0) < olderThanMs) {
        await Deno.remove(path, { recursive: true });
      }
    } catch {
      // Finished or removed by its owner meanwhile.
    }
  }
}

/** Removes whatever lies at `path`, file or tree. Passes over what it may not remove: it stays a miss. */
export function removeAnything(path: string): void {
  try {
    Deno.removeSync(path, { recursive: true });
  } catch {
    // Gone already, or not ours to remove.
  }
}
