/** The middle value; of an even count the lower middle, so that it is a value that was measured. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)]!;
}

/** One line of a result table: what was measured, beside what, and whether it reaches its target. */
export interface Ratio {
  what: string;
  ours: number;
  peer: number;
  unit: string;
  /** ours / peer (or peer / ours where less is better) must be at least this. */
  target: number;
  lessIsBetter?: boolean;
}

export function printRatios(title: string, rows: readonly Ratio[]): void {
  console.log(`\n${title}`);
  for (const row of rows) {
    const ratio = row.lessIsBetter ? row.peer / row.ours : row.ours / row.peer;
    const verdict = ratio >= row.target ? "ok  " : "MISS";
    console.log(
      `${verdict} ${row.what}: ${number(row.ours)} ${row.unit} beside ${number(row.peer)} ${row.unit} = ${
        ratio.toFixed(2)
      }x (target ${row.target}x)`,
    );
  }
}

export function number(value: number): string {
  return value >= 1000 ? Math.round(value).toLocaleString("en") : value.toPrecision(3);
}
