const EIGHTHS = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

export interface ChartOptions {
  title: string;
  /** One column each, oldest first; null where nothing was measured. */
  values: readonly (number | null)[];
  /** Lines of bars. @default 5 */
  height?: number;
  /** How a value is written at the side. */
  shown: (value: number) => string;
  /** What stands under the first and the last column. */
  ends: [string, string];
}

/** Bars out of block characters, an eighth of a line being the least that is seen; what is not zero is always seen. */
export function chartLines({ title, values, height = 5, shown, ends }: ChartOptions): string[] {
  const largest = Math.max(0, ...values.map((value) => value ?? 0));
  const top = shown(largest);
  const margin = Math.max(top.length, shown(0).length);
  const eighths = values.map((value) =>
    value === null || value <= 0 || largest === 0
      ? 0
      : Math.max(1, Math.round(value / largest * height * EIGHTHS.length - value / largest * height))
  );
  const lines = [title];
  for (let row = height - 1; row >= 0; row--) {
    const label = row === height - 1 ? top : row === 0 ? shown(0) : "";
    const bars = eighths.map((count) => EIGHTHS[Math.min(8, Math.max(0, count - row * 8))]).join("");
    lines.push(`${label.padStart(margin)} ┤${bars}`.trimEnd());
  }
  const [first, last] = ends;
  const gap = Math.max(1, values.length - first.length - last.length);
  lines.push(`${" ".repeat(margin + 2)}${first}${" ".repeat(gap)}${last}`);
  return lines;
}
