import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { api, asProblem } from "../../api/client.ts";
import type { Problem } from "../../api/problem.ts";
import type { TaskPage } from "../../api/types.ts";
import { useTaskNews } from "../../live/use_task_news.ts";
import { listPath, type TaskFilter } from "./filter.ts";
import { type TaskRows, withNews, withNextPage, withPage } from "./task_rows.ts";

const PAGE = 200;
const FIRST = 100;
/** Least time between two readings of the first page: on a busy queue each second has new tasks. */
const REFRESH_MS = 1000;

export interface TaskList {
  rows: TaskRows | undefined;
  /** There are more to be read. */
  hasMore: boolean;
  problem: Problem | undefined;
  readMore: () => void;
  reload: () => void;
}

interface State {
  key: string;
  rows?: TaskRows;
  next: string | null;
  problem?: Problem;
}

/** The tasks of a filter, page by page, kept as they are by what the live connection tells. */
export function useTaskList(filter: TaskFilter): TaskList {
  const key = listPath(filter, FIRST);
  const [state, setState] = useState<State>({ key, next: null });
  const newest = useRef(key);
  newest.current = key;
  const reading = useRef(false);
  const refresh = useRef<{ timer?: ReturnType<typeof setTimeout>; atMs: number }>({ atMs: 0 });

  const readFirst = useCallback(async () => {
    refresh.current.atMs = Date.now();
    try {
      const page = await api.get<TaskPage>(key);
      if (newest.current !== key) return;
      setState((old) => {
        const known = old.key === key && old.rows !== undefined;
        // A page that shares nothing with what is there leaves a gap: then what is there goes.
        const joins = known && (old.rows!.length === 0 || page.next === null ||
          page.tasks.some(({ task_id }) => task_id === old.rows![0]!.task_id));
        return joins
          ? {
            key,
            rows: withPage(old.rows!, page.tasks),
            next: old.rows!.length < FIRST ? page.next : old.next,
          }
          : { key, rows: page.tasks, next: page.next };
      });
    } catch (thrown) {
      if (newest.current === key) {
        setState((old) => ({ ...(old.key === key ? old : { key, next: null }), problem: asProblem(thrown) }));
      }
    }
  }, [key]);

  useEffect(() => {
    setState((old) => old.key === key ? old : { key, next: null });
    void readFirst();
    return () => {
      clearTimeout(refresh.current.timer);
      refresh.current.timer = undefined;
    };
  }, [readFirst]);

  useTaskNews(({ tasks, gap }) => {
    let unknown = gap;
    setState((old) => {
      if (old.rows === undefined || old.key !== newest.current) return old;
      const told = withNews(old.rows, tasks, filter);
      unknown ||= told.unknown;
      return told.rows === old.rows ? old : { ...old, rows: told.rows };
    });
    if (!unknown && !tasks.some(({ status }) => status === "queued" || status === "delayed")) return;
    if (refresh.current.timer !== undefined) return;
    const waitMs = Math.max(0, refresh.current.atMs + REFRESH_MS - Date.now());
    refresh.current.timer = setTimeout(() => {
      refresh.current.timer = undefined;
      void readFirst();
    }, waitMs);
  });

  const { next } = state;
  const readMore = useCallback(async () => {
    if (next === null || reading.current) return;
    reading.current = true;
    try {
      const page = await api.get<TaskPage>(next.replace(/limit=\d+/, `limit=${PAGE}`));
      setState((old) =>
        old.key === key && old.next === next
          ? { key, rows: withNextPage(old.rows ?? [], page.tasks), next: page.next }
          : old
      );
    } catch (thrown) {
      setState((old) => ({ ...old, problem: asProblem(thrown) }));
    } finally {
      reading.current = false;
    }
  }, [key, next]);

  const isOwn = state.key === key;
  return {
    rows: isOwn ? state.rows : undefined,
    hasMore: isOwn && next !== null,
    problem: isOwn ? state.problem : undefined,
    readMore,
    reload: () => void readFirst(),
  };
}
