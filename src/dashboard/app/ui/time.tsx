import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { dateTime, fromNow, NONE } from "./format.ts";

/** Ticks for all times on the page at once. */
const now = signal(Date.now());
setInterval(() => {
  if (!document.hidden) now.value = Date.now();
}, 5000);

/** A moment, told from now on; the whole of it when pointed at. */
export function Ago({ at }: { at: string | undefined }): JSX.Element {
  if (at === undefined) return <span class="muted">{NONE}</span>;
  return <time dateTime={at} title={dateTime(at)}>{fromNow(at, Math.max(now.value, Date.now()))}</time>;
}
