/**
 * The queue beside its peers in one run: BullMQ on Redis (AOF everysec, and always), graphile-worker and pg-boss on
 * PostgreSQL, plainjob on better-sqlite3. Everybody does the same in a process of its own, round by round in turns.
 *
 * Debian packages: `redis-server`, `postgresql-15`, `gcc`, `nodejs` (20 or newer), `npm`. Settings (environment):
 * `BENCH_QUEUE` names the parts (`drain,enqueue,latency,million,fsync`), `BENCH_ROUNDS` (3), `BENCH_WORKERS` (2),
 * `BENCH_PEERS_DIR` a folder in which the peers' npm packages stay for the next run.
 */
import { removeNodePeers } from "./lib/node_peer.ts";
import { startPostgres } from "./lib/postgres.ts";
import { type Field, openField } from "./queue/contestants.ts";
import { benchDrain } from "./queue/drain.ts";
import { benchEnqueue } from "./queue/enqueue.ts";
import { benchLatency } from "./queue/latency.ts";
import { benchMillion } from "./queue/million.ts";
import { benchSlowFsync } from "./queue/slow_fsync.ts";

const BESIDE_PEERS: Record<string, (field: Field, rounds: number) => Promise<void>> = {
  drain: benchDrain,
  enqueue: benchEnqueue,
  latency: benchLatency,
};
const ALONE: Record<string, (rounds: number) => Promise<void>> = {
  million: benchMillion,
  fsync: benchSlowFsync,
};

export async function benchQueue(): Promise<void> {
  const all = [...Object.keys(BESIDE_PEERS), ...Object.keys(ALONE)];
  const parts = Deno.env.get("BENCH_QUEUE")?.split(",") ?? all;
  const unknown = parts.filter((part) => !all.includes(part));
  if (unknown.length > 0) {
    throw new Error(`BENCH_QUEUE names ${unknown.join(", ")}: there are ${all.join(", ")}`);
  }
  const rounds = Number(Deno.env.get("BENCH_ROUNDS") ?? 3);
  const beside = parts.filter((part) => part in BESIDE_PEERS);
  if (beside.length > 0) {
    try {
      await using postgres = await startPostgres();
      const field = await openField(postgres);
      for (const part of beside) await withLoad(() => BESIDE_PEERS[part]!(field, rounds));
    } finally {
      await removeNodePeers();
    }
  }
  for (const part of parts.filter((part) => part in ALONE)) await withLoad(() => ALONE[part]!(rounds));
}

/** The measurement keeps about two cores busy by itself: a load far above two before it began was somebody else's. */
async function withLoad(part: () => Promise<void>): Promise<void> {
  const [before] = Deno.loadavg();
  await part();
  console.log(`     (load average ${before!.toFixed(1)} before, ${Deno.loadavg()[0]!.toFixed(1)} after)`);
}

if (import.meta.main) await benchQueue();
