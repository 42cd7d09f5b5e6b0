import type { Histogram } from "./histogram.ts";

/** Times in ms, to a thousandth; null where nothing was measured. p50, p90 and p99 are within 2 %, max and mean exact. */
export interface Spread {
  p50: number | null;
  p90: number | null;
  p99: number | null;
  max: number | null;
  mean: number | null;
}

/** Of a histogram in microseconds. */
export function spread(histogram: Histogram): Spread {
  return {
    p50: ms(histogram.quantile(0.5)),
    p90: ms(histogram.quantile(0.9)),
    p99: ms(histogram.quantile(0.99)),
    max: ms(histogram.max),
    mean: ms(histogram.mean),
  };
}

/** Milliseconds of microseconds, to a thousandth. */
export function ms(microseconds: number | undefined): number | null {
  return microseconds === undefined ? null : rounded(microseconds / 1000);
}

/** To a thousandth. */
export function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
