/** What the scraping benchmark reads: a manual from a Debian package, and pages of a corpus. */
import { output } from "../lib/output.ts";

const PACKAGE = "postgresql-doc-15";
const INSTALLED = `/usr/share/doc/${PACKAGE}/html`;
const SERVER = new URL("./site_server.ts", import.meta.url).pathname;

export interface Site extends AsyncDisposable {
  readonly origin: string;
  /** How often it answered 200, 304 and 404 since it began. */
  counts(): Promise<Record<string, number>>;
}

/** A folder's `.html` files on a loopback port, served by a process of its own. */
export async function startSite(folder: string): Promise<Site> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-config",
      "--no-prompt",
      `--allow-read=${folder}`,
      "--allow-net=127.0.0.1",
      SERVER,
      folder,
    ],
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const { value = "" } = await lines.read();
  const origin = value.trim();
  if (!origin.startsWith("http")) {
    throw new Error(`the site of ${folder} did not start`);
  }
  return {
    origin,
    counts: async () => await (await fetch(`${origin}/-/counts`)).json(),
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGTERM");
      await lines.cancel();
      await child.status;
    },
  };
}

/** The folder of the manual's 1,169 pages: as installed, or unpacked once into a temporary folder that is kept. */
export async function manualFolder(): Promise<string> {
  if (await isFolder(INSTALLED)) return INSTALLED;
  const kept = `${Deno.env.get("TMPDIR") ?? "/tmp"}/tutti-bench-${PACKAGE}`;
  const folder = `${kept}${INSTALLED}`;
  if (await isFolder(folder)) return folder;
  await Deno.mkdir(kept, { recursive: true });
  await output("apt-get", ["-q", "download", PACKAGE], { cwd: kept });
  for await (const { name } of Deno.readDir(kept)) {
    if (name.endsWith(".deb")) {
      await output("dpkg-deb", ["-x", name, "."], { cwd: kept });
    }
  }
  return folder;
}

/** The product and article pages of a corpus (gzip files its lists name) as plain files of a temporary folder. */
export async function corpusFolder(
  corpus: string,
): Promise<{ folder: string; names: string[] }> {
  const folder = await Deno.makeTempDir({ prefix: "tutti-bench-corpus-" });
  const names: string[] = [];
  for (const set of ["articles", "products"]) {
    for (
      const line of (await Deno.readTextFile(`${corpus}/${set}.jsonl`)).split(
        "\n",
      ).filter(Boolean)
    ) {
      const { html } = JSON.parse(line) as { html: string };
      const name = `${set}-${names.length}.html`;
      const page = (await Deno.open(`${corpus}/${html}`)).readable.pipeThrough(
        new DecompressionStream("gzip"),
      );
      await Deno.writeFile(`${folder}/${name}`, page);
      names.push(name);
    }
  }
  return { folder, names };
}

async function isFolder(path: string): Promise<boolean> {
  return await Deno.stat(path).then(
    ({ isDirectory }) => isDirectory,
    () => false,
  );
}
