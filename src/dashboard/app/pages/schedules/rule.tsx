import type { JSX } from "preact";
import { count } from "../../ui/mod.ts";
import type { Schedule } from "./types.ts";

/** When a schedule fires, in its own words. */
export function Rule({ schedule }: { schedule: Schedule }): JSX.Element {
  const { cron, time_zone, every_s } = schedule;
  if (cron === undefined) return <span>every {interval(every_s ?? 0)}</span>;
  return (
    <span>
      <code>{cron}</code> <span class="muted small nowrap">{time_zone}</span>
    </span>
  );
}

/** As a person would say it, exactly: `15 min`, `90 s`. */
function interval(s: number): string {
  for (const [unit, name] of [[86_400, "d"], [3600, "h"], [60, "min"]] as const) {
    if (s >= unit && s % unit === 0) return `${count(s / unit)} ${name}`;
  }
  return `${count(s)} s`;
}
