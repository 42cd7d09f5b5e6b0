import type { JSX } from "preact";

/** The last minute as a line without numbers; it only shows which way things go. */
export function Spark(
  { values, tone }: { values: readonly (number | null)[]; tone: string },
): JSX.Element {
  const top = Math.max(1e-9, ...values.map((value) => value ?? 0));
  const step = 100 / Math.max(1, values.length - 1);
  const path = values
    .map((value, at) =>
      `${at === 0 ? "M" : "L"}${(at * step).toFixed(1)} ${(22 - (value ?? 0) / top * 20).toFixed(1)}`
    )
    .join("");
  return (
    <svg class={`spark spark-${tone}`} viewBox="0 0 100 24" preserveAspectRatio="none" aria-hidden="true">
      {values.length > 1 && <path class="spark-area" d={`${path}L100 24L0 24Z`} />}
      {values.length > 1 && <path class="spark-line" d={path} />}
    </svg>
  );
}
