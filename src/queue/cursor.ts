import { ServiceError } from "../platform/errors.ts";
import type { StoredTask } from "./task.ts";

/** A place in a list, as clients carry it: opaque to them, the `seq` of the last task of the page to us. */
export function writeCursor(seq: number): string {
  return btoa(`s${seq}`).replaceAll("=", "");
}

export function readCursor(cursor: string | undefined): number | undefined {
  if (cursor === undefined) return undefined;
  let seq = NaN;
  try {
    const text = atob(cursor);
    if (/^s\d{1,15}$/.test(text)) seq = Number(text.slice(1));
  } catch {
    // Not base64: refused below like any other text that is not a cursor.
  }
  if (Number.isNaN(seq)) {
    const message = "must be a cursor of an earlier page";
    throw new ServiceError("invalid_request", `cursor ${message}`, { fields: [{ path: "cursor", message }] });
  }
  return seq;
}

/** A page of `limit` out of one more than that, and the cursor of the next where there is one. */
export function page(tasks: StoredTask[], limit: number): { tasks: StoredTask[]; nextCursor?: string } {
  if (tasks.length <= limit) return { tasks };
  const shown = tasks.slice(0, limit);
  return { tasks: shown, nextCursor: writeCursor(shown.at(-1)!.seq) };
}
