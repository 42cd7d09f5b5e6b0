import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { asProblem } from "./client.ts";
import type { Problem } from "./problem.ts";

export interface Resource<T> {
  /** What was read last; kept while it is read again. */
  data: T | undefined;
  /** Why the last reading failed. */
  problem: Problem | undefined;
  loading: boolean;
  /** Reads again; readings that overlap are one. */
  reload: () => void;
  /** Puts something newer in its place. */
  set: (data: T) => void;
}

/**
 * Something of the service, read when the component appears and whenever `key` changes. `key` names what is read; with
 * another one the old data goes.
 */
export function useResource<T>(key: string, load: (signal: AbortSignal) => Promise<T>): Resource<T> {
  const [state, setState] = useState<{ key: string; data?: T; problem?: Problem; loading: boolean }>({
    key,
    loading: true,
  });
  const loader = useRef(load);
  loader.current = load;
  const running = useRef<AbortController | undefined>(undefined);
  const again = useRef(false);

  const read = useCallback(() => {
    if (running.current !== undefined) {
      again.current = true;
      return;
    }
    const abort = running.current = new AbortController();
    setState((old) => ({ ...(old.key === key ? old : { key }), loading: true }));
    loader.current(abort.signal).then(
      (data) => !abort.signal.aborted && setState({ key, data, loading: false }),
      (thrown) =>
        !abort.signal.aborted &&
        setState((old) => ({
          key,
          data: old.key === key ? old.data : undefined,
          problem: asProblem(thrown),
          loading: false,
        })),
    ).finally(() => {
      if (running.current !== abort) return;
      running.current = undefined;
      if (again.current) {
        again.current = false;
        read();
      }
    });
  }, [key]);

  useEffect(() => {
    read();
    return () => {
      running.current?.abort();
      running.current = undefined;
      again.current = false;
    };
  }, [read]);

  const isOwn = state.key === key;
  return {
    data: isOwn ? state.data : undefined,
    problem: isOwn ? state.problem : undefined,
    loading: isOwn ? state.loading : true,
    reload: read,
    set: (data) => setState({ key, data, loading: false }),
  };
}
