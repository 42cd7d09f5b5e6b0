import { useEffect, useRef } from "preact/hooks";
import { type News, onTaskNews } from "./store.ts";

/** Has the component told of tasks that change. */
export function useTaskNews(listener: (news: News) => void): void {
  const newest = useRef(listener);
  newest.current = listener;
  useEffect(() => onTaskNews((news) => newest.current(news)), []);
}
