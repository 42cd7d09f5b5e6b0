export interface Schedule {
  schedule_id: string;
  cron?: string;
  time_zone?: string;
  every_s?: number;
  if_missed: "skip" | "run_once";
  paused: boolean;
  task: { type: string; input?: unknown; tags?: string[]; brand?: string; [name: string]: unknown };
  created_at: string;
  updated_at: string;
  last_run_at?: string;
  last_task_id?: string;
  next_run_at?: string;
  next_runs: string[];
  fired: number;
  skipped: number;
}

export function pathOf(id: string): string {
  return `/api/schedules/${encodeURIComponent(id)}`;
}

/** Whether a task was made by some schedule: its id says so. */
export function isOfSchedule(taskId: string): boolean {
  return taskId.startsWith("sched_");
}
