import type { JSX } from "preact";
import { duration } from "../../ui/mod.ts";
import type { Spread } from "./types.ts";

/** From p50 to p99 on a scale that all rows of a table share, with p90 marked. Logarithmic: 1 ms stands beside 10 s. */
export function SpreadBar({ spread, topMs }: { spread: Spread; topMs: number }): JSX.Element | null {
  const { p50, p90, p99 } = spread;
  if (p50 === null || p90 === null || p99 === null) return null;
  const at = (ms: number) => Math.min(100, Math.max(0, Math.log10(1 + ms) / Math.log10(1 + topMs) * 100));
  const from = at(p50);
  return (
    <svg
      class="spread"
      width="100%"
      height="12"
      role="img"
      aria-label={`p50 ${duration(p50)}, p90 ${duration(p90)}, p99 ${duration(p99)}`}
    >
      <rect class="spread-track" y="5" width="100%" height="2" rx="1" />
      <rect
        class="spread-range"
        x={`${from}%`}
        y="2"
        width={`${Math.max(0.8, at(p99) - from)}%`}
        height="8"
        rx="2"
      />
      <rect class="spread-mark" x={`${at(p90)}%`} y="0" width="2" height="12" />
    </svg>
  );
}

/** The top of the scale: the slowest p99, and 10 ms at least. */
export function topOf(spreads: readonly Spread[]): number {
  return Math.max(10, ...spreads.map(({ p99 }) => p99 ?? 0));
}
