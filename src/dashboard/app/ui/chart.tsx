import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import { theme } from "./theme.ts";

export interface ChartSeries {
  name: string;
  /** A custom property of the style sheet, such as `--blue`. */
  color: string;
  values: readonly (number | null)[];
  /** Filled down to the axis. */
  fill?: boolean;
}

export interface ChartProps {
  title: string;
  /** Unix milliseconds, ascending. */
  timesMs: readonly number[];
  series: readonly ChartSeries[];
  format: (value: number | null) => string;
  /** @default 150 */
  height?: number;
  /** Charts of one key show the same moment under the pointer. */
  sync?: string;
  /** Counts: no marks between two whole numbers. */
  whole?: boolean;
  /** Least top of the scale, so that nothing looks like much. @default 1 */
  minTop?: number;
}

const WHOLE = [1, 2, 5].flatMap((step) => Array.from({ length: 8 }, (_, power) => step * 10 ** power)).sort((
  a,
  b,
) => a - b);

/** Lines over time, with the newest values in the legend. Drawn on a canvas: 300 points cost a millisecond. */
export function Chart(props: ChartProps): JSX.Element {
  const { title, timesMs, series, format, height = 150, sync, minTop = 1, whole = false } = props;
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | undefined>(undefined);
  const drawn = theme.value; // another theme has other colours
  const formatter = useRef(format);
  formatter.current = format;

  useEffect(() => {
    const host = box.current!;
    const style = getComputedStyle(host);
    const color = (name: string) => style.getPropertyValue(name).trim();
    const axis = {
      stroke: color("--muted"),
      grid: { stroke: color("--grid"), width: 1 },
      ticks: { show: false },
      font: `11px ${style.fontFamily}`,
    };
    const made = new uPlot(
      {
        width: host.clientWidth || 300,
        height,
        padding: [8, 18, 0, 0],
        legend: { show: false },
        cursor: {
          y: false,
          drag: { x: false, y: false },
          points: { size: 6 },
          ...(sync === undefined ? {} : { sync: { key: sync } }),
        },
        scales: { y: { range: (_plot, _low, high) => [0, Math.max(minTop, (high ?? 0) * 1.15)] } },
        axes: [
          { ...axis, space: 70, size: 26, values: (_plot, at) => at.map((s) => timeOf(s * 1000)) },
          {
            ...axis,
            space: 34,
            size: 58,
            ...(whole ? { incrs: WHOLE } : {}),
            values: (_plot, at) => at.map((value) => formatter.current(value)),
          },
        ],
        series: [
          {},
          ...series.map(({ name, color: property, fill }) => ({
            label: name,
            stroke: color(property),
            width: 1.75,
            points: { show: false },
            spanGaps: true,
            ...(fill ? { fill: `${color(property)}26` } : {}),
          })),
        ],
      },
      [[], ...series.map(() => [])] as unknown as uPlot.AlignedData,
      host,
    );
    plot.current = made;
    const resized = new ResizeObserver(() => made.setSize({ width: host.clientWidth || 300, height }));
    resized.observe(host);
    return () => {
      resized.disconnect();
      made.destroy();
      plot.current = undefined;
    };
  }, [drawn, height, sync, whole, series.map(({ name }) => name).join()]);

  useEffect(() => {
    if (document.hidden) return;
    plot.current?.setData(
      [timesMs.map((ms) => ms / 1000), ...series.map(({ values }) => values)] as unknown as uPlot.AlignedData,
    );
  });

  return (
    <figure class="chart">
      <figcaption>
        <span class="chart-title">{title}</span>
        <span class="chart-legend">
          {series.map(({ name, color, values }) => (
            <span key={name}>
              <svg width="10" height="10" aria-hidden="true" class={`key key${color}`}>
                <rect width="10" height="10" rx="3" />
              </svg>
              {name} <b>{format(values.at(-1) ?? null)}</b>
            </span>
          ))}
        </span>
      </figcaption>
      <div ref={box} class="chart-box" aria-hidden="true" />
    </figure>
  );
}

function timeOf(ms: number): string {
  const at = new Date(ms);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}
