import { signal } from "@preact/signals";
import { askSession, session } from "../api/session.ts";
import type { TaskNews } from "../api/types.ts";
import type { Point, Stats } from "./types.ts";

/** `offline`: nothing has come for a while; it is being tried again. */
export type Connection = "connecting" | "live" | "offline";

/** What `onTaskNews` is told: tasks that changed. `gap`: others changed, too, which ones is not known. */
export interface News {
  tasks: readonly TaskNews[];
  gap: boolean;
}

const MAX_POINTS = 300;
/** The service says something every second. */
const SILENCE_MS = 5000;
const RETRY_MS = 1000;

export const connection = signal<Connection>("connecting");
/** The newest numbers; undefined before the first. */
export const stats = signal<Stats | undefined>(undefined);
/** The last five minutes, a point a second, oldest first. */
export const points = signal<readonly Point[]>([]);

const listeners = new Set<(news: News) => void>();
let source: EventSource | undefined;
let watchdog: ReturnType<typeof setTimeout> | undefined;
let retry: ReturnType<typeof setTimeout> | undefined;
let lastSeq: number | undefined;

/** Told of every change of tasks, a few times a second at most. Returns how to stop being told. */
export function onTaskNews(listener: (news: News) => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/**
 * Opens the one connection of this tab, and keeps it: it is opened again whenever it ends. A tab that nobody sees has
 * none: a browser opens six to a service, for all of its tabs, and what is kept for "back" would hold one, too.
 */
export function connect(): void {
  disconnect();
  if (document.hidden) return;
  if (!navigator.onLine) return lost();
  const opened = source = new EventSource("/api/events?only=stats");
  opened.addEventListener("stats", (event) => take(JSON.parse((event as MessageEvent<string>).data)));
  opened.onerror = () => {
    // A refusal ends it for good, and so does a service that is down; it does not say which it was.
    void askSession().catch(() => {}).finally(() => opened === source && lost());
  };
  watch();
}

/** Closes it: there is nobody signed in. */
export function disconnect(): void {
  source?.close();
  source = undefined;
  clearTimeout(watchdog);
  clearTimeout(retry);
  lastSeq = undefined;
}

addEventListener("offline", () => source !== undefined && lost());
addEventListener("online", () => session.peek() === "open" && connect());
document.addEventListener("visibilitychange", () => {
  if (document.hidden) disconnect();
  else if (session.peek() === "open") connect();
});
addEventListener("pagehide", disconnect);
addEventListener("pageshow", (event) => event.persisted && session.peek() === "open" && connect());

function lost(): void {
  disconnect();
  connection.value = "offline";
  if (session.peek() === "open") retry = setTimeout(connect, RETRY_MS);
}

function watch(): void {
  clearTimeout(watchdog);
  watchdog = setTimeout(lost, SILENCE_MS);
}

function take(message: Stats): void {
  watch();
  const isFirst = lastSeq === undefined;
  const gap = isFirst || message.seq !== lastSeq! + 1 || message.more_tasks > 0;
  lastSeq = message.seq;
  connection.value = "live";
  stats.value = message;
  if (isFirst) points.value = message.points;
  else if (message.points.length > 0) {
    points.value = [...points.peek(), ...message.points].slice(-MAX_POINTS);
  }
  if (gap || message.tasks.length > 0) {
    for (const listener of [...listeners]) listener({ tasks: message.tasks, gap });
  }
}
