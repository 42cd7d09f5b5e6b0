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
  if (Number.isNaN(seq)) throw notACursor();
  return seq;
}

/** A place in the list of batches: that of the last one of the page. */
export function writeBatchCursor({ createdMs, id }: { createdMs: number; id: string }): string {
  return `${createdMs}~${id}`;
}

export function readBatchCursor(cursor: string | undefined): { createdMs: number; id: string } | undefined {
  if (cursor === undefined) return undefined;
  const parts = /^(\d{1,15})~([A-Za-z0-9._-]{1,128})$/.exec(cursor);
  if (parts === null) throw notACursor();
  return { createdMs: Number(parts[1]), id: parts[2]! };
}

function notACursor(): ServiceError {
  const message = "must be a cursor of an earlier page";
  return new ServiceError("invalid_request", `cursor ${message}`, { fields: [{ path: "cursor", message }] });
}

/** A page of `limit` out of one more than that, and the cursor of the next where there is one. */
export function page(tasks: StoredTask[], limit: number): { tasks: StoredTask[]; nextCursor?: string } {
  if (tasks.length <= limit) return { tasks };
  const shown = tasks.slice(0, limit);
  return { tasks: shown, nextCursor: writeCursor(shown.at(-1)!.seq) };
}
