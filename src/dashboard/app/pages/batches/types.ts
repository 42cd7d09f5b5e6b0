import type { Counts } from "../../api/types.ts";

/** A batch, as `GET /api/batches/{batch_id}` tells it. */
export interface Batch {
  batch_id: string;
  status: string;
  total: number;
  counts: Counts;
  progress: { done: number; total: number };
  max_concurrent: number;
  brand?: string;
  created_at: string;
  finished_at?: string;
  on_complete_task_id?: string;
}

export function isOpen({ progress }: Batch): boolean {
  return progress.done < progress.total;
}
