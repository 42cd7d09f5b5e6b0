import type { HostOutcome, HostTurnRecorder } from "../metrics/mod.ts";
import { DeferredError } from "../platform/errors.ts";
import type { HostGate } from "../scraping/mod.ts";

type Gate = Pick<HostGate, "acquire" | "release">;

const HOST = "host:";

/** The gate to hosts, telling how long each turn was waited for and held, and how it went. Mutexes are no hosts. */
export function measuredGate(
  gate: Gate,
  record: HostTurnRecorder["hostTurn"],
  nowMs: () => number = () => performance.now(),
): Gate {
  const turns = new Map<number, { host: string; waitMs: number; sinceMs: number }>();
  return {
    async acquire(key, asked, options) {
      if (!key.startsWith(HOST)) return await gate.acquire(key, asked, options);
      const host = key.slice(HOST.length);
      const startedMs = nowMs();
      try {
        const ticket = await gate.acquire(key, asked, options);
        const sinceMs = nowMs();
        turns.set(ticket, { host, waitMs: sinceMs - startedMs, sinceMs });
        return ticket;
      } catch (error) {
        if (error instanceof DeferredError) {
          record({ host, outcome: "put_off", waitMs: nowMs() - startedMs });
        }
        throw error;
      }
    },
    release(ticket, feedback) {
      const turn = turns.get(ticket);
      if (turn !== undefined) {
        turns.delete(ticket);
        const { host, waitMs, sinceMs } = turn;
        const outcome: HostOutcome = feedback?.outcome ?? "other";
        record({ host, outcome, waitMs, heldMs: nowMs() - sinceMs });
      }
      gate.release(ticket, feedback);
    },
  };
}
