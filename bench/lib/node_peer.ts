/**
 * Runs a script of `bench/peers` on Node. Its packages are installed with npm once a run, into a temporary folder, or
 * into `BENCH_PEERS_DIR` where that is set: there they stay for the next run.
 */
import { lastLine, output } from "./output.ts";

const PEERS = new URL("../peers/", import.meta.url).pathname;

/** What has no prebuilt binary at hand is compiled: against the headers of the Node that is here. */
const NODE_HEADERS = "/usr/include/node/node.h";

let installed: Promise<string> | undefined;

async function install(): Promise<string> {
  const kept = Deno.env.get("BENCH_PEERS_DIR");
  const folder = kept ?? await Deno.makeTempDir({ prefix: "tutti-bench-peers-" });
  await Deno.mkdir(folder, { recursive: true });
  for await (const entry of Deno.readDir(PEERS)) {
    if (entry.isFile && /\.(mjs|json)$/.test(entry.name)) {
      await Deno.copyFile(`${PEERS}${entry.name}`, `${folder}/${entry.name}`);
    }
  }
  const headers: Record<string, string> = await exists(NODE_HEADERS) ? { npm_config_nodedir: "/usr" } : {};
  await output("npm", ["install", "--no-audit", "--no-fund", "--silent"], { cwd: folder, env: headers });
  return folder;
}

const exists = (path: string) => Deno.stat(path).then(() => true, () => false);

/**
 * One action of a script in a process of its own: the JSON it prints last.
 *
 * @throws {Error} with what it wrote to stderr; it took longer than `timeoutMs`
 */
export async function nodePeer<T>(
  script: string,
  action: string,
  settings: Record<string, unknown>,
  options: { timeoutMs?: number } = {},
): Promise<T> {
  const folder = await (installed ??= install());
  const args = [script, action, JSON.stringify(settings)];
  return JSON.parse(lastLine(await output("node", args, { cwd: folder, ...options }))) as T;
}

/** Whether an optional package could be installed here. */
export async function hasNodePackage(name: string): Promise<boolean> {
  return await exists(`${await (installed ??= install())}/node_modules/${name}/package.json`);
}

export async function removeNodePeers(): Promise<void> {
  const folder = await installed?.catch(() => undefined);
  installed = undefined;
  if (folder !== undefined && Deno.env.get("BENCH_PEERS_DIR") === undefined) {
    await Deno.remove(folder, { recursive: true });
  }
}
