import type { WorkerHandle } from "./worker_handle.ts";

/** Whether ordinary attempts may go to it. */
export function isOpen(handle: WorkerHandle): boolean {
  return handle.state === "ready" && !handle.reserved && !handle.retiring;
}

/** Attempts it can begin now. One with a CPU-bound attempt takes nothing more: its thread is spoken for. */
export function roomOf(handle: WorkerHandle, load: "io" | "cpu", concurrency: number): number {
  if (!isOpen(handle) || handle.cpu > 0) return 0;
  const room = Math.max(0, concurrency - handle.inHand);
  return load === "cpu" ? Math.min(1, room) : room;
}

/** The open worker with the least in hand that has room, the oldest among equals. */
export function leastLoaded(
  handles: Iterable<WorkerHandle>,
  load: "io" | "cpu",
  concurrency: number,
): WorkerHandle | undefined {
  let best: WorkerHandle | undefined;
  for (const handle of handles) {
    if (roomOf(handle, load, concurrency) === 0) continue;
    if (best === undefined || handle.inHand < best.inHand) best = handle;
  }
  return best;
}
