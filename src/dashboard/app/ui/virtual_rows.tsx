import type { ComponentChildren, JSX } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

const SPARE_ROWS = 12;

/**
 * Many rows of one height, of which only those on the screen are drawn: ten thousand cost what fifty do. It scrolls
 * with the window. `onEnd` is called as the last rows come near. Arrow keys (and j, k) go from row to row.
 */
export function VirtualRows<T>(
  { rows, rowHeight, keyOf, row, onEnd }: {
    rows: readonly T[];
    /** CSS pixels. */
    rowHeight: number;
    keyOf: (row: T) => string;
    /** Draws a row: an element with `role="row"` and, to be reached by keys, one link with `data-row`. */
    row: (row: T, at: number) => ComponentChildren;
    onEnd?: () => void;
  },
): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const [range, setRange] = useState<readonly [first: number, last: number]>([0, 60]);
  const focusAt = useRef<number | undefined>(undefined);

  useLayoutEffect(() => {
    let frame = 0;
    const look = () => {
      frame = 0;
      const top = box.current?.getBoundingClientRect().top ?? 0;
      const first = Math.max(0, Math.floor(-top / rowHeight) - SPARE_ROWS);
      const last = Math.ceil((innerHeight - top) / rowHeight) + SPARE_ROWS;
      setRange((old) => old[0] === first && old[1] === last ? old : [first, last]);
    };
    const later = () => frame ||= requestAnimationFrame(look);
    look();
    addEventListener("scroll", later, { passive: true });
    addEventListener("resize", later);
    return () => {
      cancelAnimationFrame(frame);
      removeEventListener("scroll", later);
      removeEventListener("resize", later);
    };
  }, [rowHeight, rows.length]);

  const first = Math.min(range[0], Math.max(0, rows.length - 1));
  const last = Math.min(rows.length, range[1]);
  useEffect(() => {
    if (rows.length > 0 && last >= rows.length - SPARE_ROWS) onEnd?.();
  }, [last, rows.length, onEnd]);

  useEffect(() => {
    if (focusAt.current === undefined) return;
    const target = box.current?.querySelector<HTMLElement>(`[data-at="${focusAt.current}"] [data-row]`);
    if (target) {
      focusAt.current = undefined;
      target.focus({ preventScroll: true });
    }
  });

  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[event.key];
    const holder = (event.target as Element).closest<HTMLElement>("[data-at]");
    if (step === undefined || holder === null || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const at = Math.min(rows.length - 1, Math.max(0, Number(holder.dataset.at) + step));
    const target = box.current?.querySelector<HTMLElement>(`[data-at="${at}"] [data-row]`);
    if (target) {
      target.focus({ preventScroll: true });
      target.closest("[data-at]")!.scrollIntoView({ block: "nearest" });
    } else focusAt.current = at;
  };

  return (
    <div ref={box} role="rowgroup" class="virtual" onKeyDown={onKeyDown}>
      <div role="presentation" style={{ height: `${first * rowHeight}px` }} />
      {rows.slice(first, last).map((each, index) => (
        <div key={keyOf(each)} role="presentation" data-at={first + index}>{row(each, first + index)}</div>
      ))}
      <div role="presentation" style={{ height: `${(rows.length - last) * rowHeight}px` }} />
    </div>
  );
}
