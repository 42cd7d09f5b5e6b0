import type { JSX } from "preact";
import { duration } from "../../ui/mod.ts";
import type { Schedule } from "./types.ts";

/** When a schedule fires, in its own words. */
export function Rule({ schedule }: { schedule: Schedule }): JSX.Element {
  const { cron, time_zone, every_s } = schedule;
  if (cron === undefined) return <span>every {duration((every_s ?? 0) * 1000)}</span>;
  return (
    <span>
      <code>{cron}</code> <span class="muted small nowrap">{time_zone}</span>
    </span>
  );
}
