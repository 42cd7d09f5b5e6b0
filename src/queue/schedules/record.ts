import type { Schedule, ScheduleSpec } from "../schedule.ts";

/** What is kept of a schedule beside the time of its next firing: the JSON in a `StoredSchedule`. Times are unix ms. */
export interface ScheduleRecord extends Omit<Schedule, keyof ScheduleSpec | "nextMs"> {
  spec: ScheduleSpec;
  /** The latest slot that ever fired. A slot no later than it needs another task id than its first time. */
  highSlotMs?: number;
  /** Any slot of an interval: those before and after it are multiples of the interval away. */
  anchorMs?: number;
  /** The time when this was written: a process that starts earlier than that sees a clock that was set back. */
  seenMs: number;
}

const FORMAT = 1;

export function toJson(record: ScheduleRecord): string {
  return JSON.stringify({ format: FORMAT, ...record });
}

/** @throws {TypeError} for what another program, or a later release, has written */
export function fromJson(json: string): ScheduleRecord {
  const read = JSON.parse(json) as Partial<ScheduleRecord> & { format?: unknown };
  const { format, ...record } = read;
  const numbers = [record.createdMs, record.updatedMs, record.fired, record.skipped, record.seenMs];
  if (format !== FORMAT || typeof record.spec !== "object" || numbers.some((n) => typeof n !== "number")) {
    throw new TypeError(
      `Cannot read the schedule as its format must be ${FORMAT}: current value is ${format}`,
    );
  }
  return record as ScheduleRecord;
}

/** The schedule as callers see it. */
export function toSchedule(record: ScheduleRecord, nextMs: number | undefined): Schedule {
  const { spec, createdMs, updatedMs, lastSlotMs, lastTaskId, skipped, fired } = record;
  return {
    ...spec,
    createdMs,
    updatedMs,
    ...(lastSlotMs === undefined ? {} : { lastSlotMs }),
    ...(lastTaskId === undefined ? {} : { lastTaskId }),
    skipped,
    fired,
    ...(nextMs === undefined ? {} : { nextMs }),
  };
}

/**
 * The id of the task a slot makes, the same however often it is tried. A slot that comes again long after the clock was
 * set back makes another task: the count of firings tells the two apart.
 */
export function slotTaskId({ spec, highSlotMs, fired }: ScheduleRecord, slotMs: number): string {
  const slotS = Math.floor(slotMs / 1000);
  const id = `sched_${spec.id}_${slotS}`;
  return highSlotMs === undefined || slotS > Math.floor(highSlotMs / 1000) ? id : `${id}.${fired}`;
}
