/** Who takes part in a round of `deno task bench queue`, each in a process of its own, asked for one action at a time. */
import { hasNodePackage, nodePeer } from "../lib/node_peer.ts";
import { lastLine, output } from "../lib/output.ts";
import type { Postgres } from "../lib/postgres.ts";
import { startRedis } from "../lib/processes.ts";

export interface Contestant {
  readonly name: string;
  /** Runs one action with its settings on an empty queue. */
  measure<T>(action: string, settings: Record<string, unknown>): Promise<T>;
}

const OURS = new URL("./ours.ts", import.meta.url).pathname;
const ROOT = new URL("../../", import.meta.url).pathname;

/** The queue of this project: SQLite file with fsync, two Web Workers. */
export const ours: Contestant = {
  name: "ours, fsynced",
  measure: <T>(action: string, settings: Record<string, unknown>) =>
    inFolder(async (folder) => {
      const args = ["run", "-P=bench", "--no-lock", OURS, action, JSON.stringify({ folder, ...settings })];
      return JSON.parse(lastLine(await output(Deno.execPath(), args, { cwd: ROOT }))) as T;
    }),
};

/** A temporary folder made and removed here: a child that had to be ended could not. */
async function inFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await Deno.makeTempDir({ prefix: "tutti-bench-queue-" });
  try {
    return await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

export function bullmq(appendfsync: "everysec" | "always"): Contestant {
  return {
    name: `BullMQ, Redis AOF ${appendfsync}`,
    measure: async <T>(action: string, settings: Record<string, unknown>) => {
      await using redis = await startRedis(appendfsync);
      return await nodePeer<T>("bullmq_peer.mjs", action, { port: redis.port, ...settings });
    },
  };
}

function onPostgres(name: string, script: string, postgres: Postgres): Contestant {
  return {
    name,
    measure: async <T>(action: string, settings: Record<string, unknown>) =>
      await nodePeer<T>(script, action, { connection: await postgres.newDatabase(), ...settings }),
  };
}

export function graphile(postgres: Postgres): Contestant {
  return onPostgres("graphile-worker, PostgreSQL", "graphile_peer.mjs", postgres);
}

export function pgBoss(postgres: Postgres): Contestant {
  return onPostgres("pg-boss, PostgreSQL", "pgboss_peer.mjs", postgres);
}

/** plainjob on better-sqlite3; undefined, after saying so, where that could not be compiled here. */
export async function plainjob(): Promise<Contestant | undefined> {
  if (!await hasNodePackage("better-sqlite3")) {
    console.log(
      "left out: plainjob, as better-sqlite3 found no binary to download and could not be compiled here",
    );
    return undefined;
  }
  return {
    name: "plainjob, SQLite synchronous=NORMAL, no threads",
    measure: <T>(action: string, settings: Record<string, unknown>) =>
      inFolder((folder) => nodePeer<T>("plainjob_peer.mjs", action, { folder, ...settings })),
  };
}

/** All of them; what a contestant cannot do is left out of the results with the reason. */
export interface Field {
  ours: Contestant;
  everysec: Contestant;
  always: Contestant;
  graphile: Contestant;
  pgBoss: Contestant;
  plainjob?: Contestant;
}

export async function openField(postgres: Postgres): Promise<Field> {
  return {
    ours,
    everysec: bullmq("everysec"),
    always: bullmq("always"),
    graphile: graphile(postgres),
    pgBoss: pgBoss(postgres),
    plainjob: await plainjob(),
  };
}
