import { freePort, type Program, startProgram } from "./processes.ts";
import { output } from "./output.ts";

const BIN = "/usr/lib/postgresql/15/bin";

export interface Postgres extends Program {
  /** The connection string of a new, empty database. */
  newDatabase(): Promise<string>;
}

/**
 * A PostgreSQL of its own (Debian package `postgresql-15`) in a temporary folder on a loopback port, as initdb sets it
 * up: fsync and synchronous_commit on. Root may not run it: then it runs as the package's own user `postgres`.
 */
export async function startPostgres(): Promise<Postgres> {
  const dir = await Deno.makeTempDir({ prefix: "tutti-bench-postgres-" });
  const port = freePort();
  const asUser = Deno.uid() === 0
    ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--"]
    : [];
  if (asUser.length > 0) await output("chown", ["postgres:postgres", dir]);
  const remove = () => Deno.remove(dir, { recursive: true });
  let program: Program;
  try {
    const [initdb, ...args] = [
      ...asUser,
      `${BIN}/initdb`,
      "-D",
      `${dir}/data`,
      "-A",
      "trust",
      "-U",
      "postgres",
    ];
    await output(initdb!, args, { cwd: dir });
    program = await startProgram(
      [
        ...[...asUser, `${BIN}/postgres`, "-D", `${dir}/data`, "-c", "listen_addresses=127.0.0.1"],
        ...["-c", `port=${port}`, "-c", "unix_socket_directories="],
      ],
      { cwd: dir, ready: () => answersSql(port), stopSignal: "SIGINT" },
    );
  } catch (error) {
    await remove();
    throw error;
  }
  let made = 0;
  return {
    pid: program.pid,
    newDatabase: async () => {
      const name = `bench_${++made}`;
      await sql(port, `CREATE DATABASE ${name}`);
      return `postgres://postgres@127.0.0.1:${port}/${name}`;
    },
    [Symbol.asyncDispose]: async () => {
      await program[Symbol.asyncDispose]();
      await remove();
    },
  };
}

function sql(port: number, statement: string): Promise<string> {
  return output(`${BIN}/psql`, ["-h", "127.0.0.1", "-p", String(port), "-U", "postgres", "-c", statement]);
}

const answersSql = (port: number) => sql(port, "SELECT 1").then(() => true);
