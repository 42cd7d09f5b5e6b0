import { messageOf } from "../platform/errors.ts";

/** Does what needs a folder of the operator's choice. @throws {Error} naming folder and setting, and what helps. */
export async function useFolder<T>(path: string, setting: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new Error(
      `Cannot use the folder ${path} (${
        reasonOf(error)
      }): set ${setting} to one that this user can write, with room on its disk`,
      { cause: error },
    );
  }
}

/** Makes a folder where there is none. @throws as `useFolder` */
export function makeFolder(path: string, setting: string): Promise<void> {
  return useFolder(path, setting, () => Deno.mkdir(path, { recursive: true }));
}

/** The system's words without the path, which stands before them already. */
function reasonOf(error: unknown): string {
  return messageOf(error).replace(/: (mkdir|open|readdir|stat|rename).*$/, "");
}
