/**
 * Runs a script of `bench/peers` on Node. The packages its folder names are installed with npm once a run, into a
 * temporary folder, or into `BENCH_PEERS_DIR` where that is set: there they stay for the next run.
 */
import { lastLine, output } from "./output.ts";

const PEERS = new URL("../peers/", import.meta.url).pathname;

/** What has no prebuilt binary at hand is compiled: against the headers of the Node that is here. */
const NODE_HEADERS = "/usr/include/node/node.h";

/** The temporary (or kept) copy of `bench/peers`; and its folders (`""`, `crawl/`) whose packages are there. */
let copied: Promise<string> | undefined;
const installed = new Map<string, Promise<string>>();

function install(script: string): Promise<string> {
  const subfolder = script.slice(0, script.lastIndexOf("/") + 1);
  const known = installed.get(subfolder);
  if (known !== undefined) return known;
  const installing = installInto(subfolder);
  installed.set(subfolder, installing);
  return installing;
}

async function installInto(subfolder: string): Promise<string> {
  const folder = `${await (copied ??= copyScripts(""))}/${subfolder}`;
  if (subfolder !== "") await copyScripts(subfolder);
  const headers: Record<string, string> = await exists(NODE_HEADERS) ? { npm_config_nodedir: "/usr" } : {};
  await output("npm", ["install", "--no-audit", "--no-fund", "--silent"], {
    cwd: folder,
    env: headers,
  });
  return folder;
}

async function copyScripts(subfolder: string): Promise<string> {
  const root = await (copied ?? Deno.env.get("BENCH_PEERS_DIR") ??
    Deno.makeTempDir({ prefix: "tutti-bench-peers-" }));
  await Deno.mkdir(`${root}/${subfolder}`, { recursive: true });
  for await (const entry of Deno.readDir(`${PEERS}${subfolder}`)) {
    if (entry.isFile && /\.(mjs|json)$/.test(entry.name)) {
      await Deno.copyFile(
        `${PEERS}${subfolder}${entry.name}`,
        `${root}/${subfolder}${entry.name}`,
      );
    }
  }
  return root;
}

const exists = (path: string) => Deno.stat(path).then(() => true, () => false);

/**
 * One action of a script in a process of its own: the JSON it prints last.
 *
 * @param script By its place in `bench/peers`.
 * @throws {Error} with what it wrote to stderr; it took longer than `timeoutMs`
 */
export async function nodePeer<T>(
  script: string,
  action: string,
  settings: Record<string, unknown>,
  options: { timeoutMs?: number } = {},
): Promise<T> {
  const cwd = await install(script);
  const args = [
    script.slice(script.lastIndexOf("/") + 1),
    action,
    JSON.stringify(settings),
  ];
  return JSON.parse(
    lastLine(await output("node", args, { cwd, ...options })),
  ) as T;
}

/** Whether an optional package of `bench/peers` could be installed here. */
export async function hasNodePackage(name: string): Promise<boolean> {
  return await exists(`${await install("")}/node_modules/${name}/package.json`);
}

export async function removeNodePeers(): Promise<void> {
  const folder = await copied?.catch(() => undefined);
  copied = undefined;
  installed.clear();
  if (folder !== undefined && Deno.env.get("BENCH_PEERS_DIR") === undefined) {
    await Deno.remove(folder, { recursive: true });
  }
}
