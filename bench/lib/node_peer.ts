/** Runs a script of `bench/peers` on Node, its packages installed with npm into a temporary folder once a run. */
const PEERS = new URL("../peers/", import.meta.url).pathname;

let installed: Promise<string> | undefined;

async function install(): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "tutti-bench-peers-" });
  for await (const entry of Deno.readDir(PEERS)) {
    if (entry.isFile && /\.(mjs|json)$/.test(entry.name)) {
      await Deno.copyFile(`${PEERS}${entry.name}`, `${folder}/${entry.name}`);
    }
  }
  await run("npm", ["install", "--no-audit", "--no-fund", "--silent"], folder);
  return folder;
}

async function run(command: string, args: string[], cwd: string): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(command, { args, cwd }).output();
  if (!success) throw new Error(`${command} ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
}

/** The script's one line of JSON. */
export async function nodePeer<T>(script: string, args: (string | number)[]): Promise<T> {
  const folder = await (installed ??= install());
  return JSON.parse(await run("node", [script, ...args.map(String)], folder)) as T;
}

export async function removeNodePeers(): Promise<void> {
  if (installed) await Deno.remove(await installed, { recursive: true });
  installed = undefined;
}
