import { useEffect, useRef } from "preact/hooks";
import type { TaskNews } from "../api/types.ts";
import { useTaskNews } from "./use_task_news.ts";

/** Least time between two readings while something moves. */
const EVERY_MS = 700;
/** What is counted after a task's end (a crawl's pages) is there by then. */
const SETTLED_MS = 2000;

/**
 * Has `reload` called while tasks change that concern the page: at once, then a few times in three seconds, and once more
 * when all is quiet. Nothing is asked while nothing moves.
 */
export function useLiveReload(reload: () => void, concerns: (task: TaskNews) => boolean): void {
  const newest = useRef(reload);
  newest.current = reload;
  const timers = useRef<{ soon?: Timer; settled?: Timer; atMs: number }>({ atMs: 0 });
  useEffect(() => () => {
    clearTimeout(timers.current.soon);
    clearTimeout(timers.current.settled);
  }, []);
  useTaskNews(({ tasks, gap }) => {
    if (!gap && !tasks.some(concerns)) return;
    const it = timers.current;
    const read = () => {
      it.soon = undefined;
      it.atMs = Date.now();
      newest.current();
    };
    it.soon ??= setTimeout(read, Math.max(0, it.atMs + EVERY_MS - Date.now()));
    clearTimeout(it.settled);
    it.settled = setTimeout(read, SETTLED_MS);
  });
}

type Timer = ReturnType<typeof setTimeout>;
