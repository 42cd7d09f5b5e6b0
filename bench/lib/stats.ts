/** The middle value; of an even count the lower middle, so that it is a value that was measured. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)]!;
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
      } ${row.unit} = ${ratio.toFixed(2)}x (target ${row.target}x)`,
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
