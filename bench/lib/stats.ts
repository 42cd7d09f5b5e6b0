/** The middle value; of an even count the lower middle, so that it is a value that was measured. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)]!;
}

/** The value below which a share of them lies; of `[]`, NaN. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}

/** `median (least-most)`. */
export function spread(values: readonly number[]): string {
  return `${number(median(values))} (${number(Math.min(...values))}-${number(Math.max(...values))})`;
}

/** The one whose rounds have the highest median. */
export function best(
  byName: Readonly<Record<string, readonly number[]>>,
): { name: string; rates: readonly number[] } {
  const [name, rates] = Object.entries(byName).reduce((a, b) => median(b[1]) > median(a[1]) ? b : a);
  return { name, rates };
}

/** A measured value that must not exceed a bound of its own. */
export function printBound(what: string, values: readonly number[], unit: string, most: number): void {
  const verdict = median(values) <= most ? "ok  " : "MISS";
  console.log(`${verdict} ${what}: ${spread(values)} ${unit} (target at most ${number(most)} ${unit})`);
}

/** One line of a result table: what was measured, beside what, and whether it reaches its target. */
export interface Ratio {
  what: string;
  /** One number, or one for each round: then the ratio is the median of each round's own. */
  ours: number | readonly number[];
  peer: number | readonly number[];
  unit: string;
  /** ours / peer (or peer / ours where less is better) must be at least this. */
  target: number;
  lessIsBetter?: boolean;
}

export function printRatios(title: string, rows: readonly Ratio[]): void {
  console.log(`\n${title}`);
  for (const row of rows) {
    const ratio = ratioOf(row);
    const verdict = ratio >= row.target ? "ok  " : "MISS";
    console.log(
      `${verdict} ${row.what}: ${number(median(list(row.ours)))} ${row.unit} beside ${
        number(median(list(row.peer)))
      } ${row.unit} = ${ratio.toFixed(2)}x (target ${Number(row.target.toFixed(2))}x)`,
    );
  }
}

/** How many times better than the peer. A round that a neighbour disturbed disturbs both sides of its ratio. */
export function ratioOf({ ours, peer, lessIsBetter }: Ratio): number {
  const peers = list(peer);
  return median(list(ours).map((own, round) => lessIsBetter ? peers[round]! / own : own / peers[round]!));
}

function list(values: number | readonly number[]): readonly number[] {
  return typeof values === "number" ? [values] : values;
}

export function number(value: number): string {
  return value >= 1000 ? Math.round(value).toLocaleString("en") : value.toPrecision(3);
}
