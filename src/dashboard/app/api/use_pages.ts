import { useRef } from "preact/hooks";
import { api } from "./client.ts";
import { type Resource, useResource } from "./use_resource.ts";

export interface Pages<T> extends Resource<T[]> {
  hasMore: boolean;
  /** One page more. */
  readMore: () => void;
}

/** What stands in a list at most: it is read again as a whole whenever it moves. */
const MAX_SHOWN = 500;

/**
 * A list of the service, of some hundred things at most, page by page. Reading it again reads as many as are shown, so
 * that nothing goes away under the reader.
 * @param path of the first page
 * @param listOf the things of an answer
 */
export function usePages<T, A extends { next: string | null }>(
  path: string,
  listOf: (answer: A) => T[],
): Pages<T> {
  const state = useRef<{ path: string; wanted: number; next: string | null }>({
    path,
    wanted: 1,
    next: null,
  });
  if (state.current.path !== path) state.current = { path, wanted: 1, next: null };
  const resource = useResource(path, async (signal) => {
    const { wanted } = state.current;
    const list: T[] = [];
    let next: string | null = path;
    do {
      const answer: A = await api.get<A>(next, { signal });
      list.push(...listOf(answer));
      next = answer.next;
    } while (next !== null && list.length < wanted);
    state.current.next = next;
    return list;
  });
  const shown = resource.data?.length ?? 0;
  return {
    ...resource,
    hasMore: shown > 0 && state.current.next !== null && shown < MAX_SHOWN,
    readMore: () => {
      state.current.wanted = shown + 1;
      resource.reload();
    },
  };
}
