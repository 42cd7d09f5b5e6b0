/** What the page is made of, by file name: what `dist/` holds. */
export type DashboardBundle = Map<string, string>;

const APP = new URL("../app/", import.meta.url);
const ROOT = new URL("../../../", import.meta.url);

/**
 * Bundles `src/dashboard/app`. Names carry no hash here: the service gives them one from the content when it serves them,
 * so that a file keeps its name in the repository.
 */
export async function bundleDashboard(): Promise<DashboardBundle> {
  const [app, early, style, icon] = await Promise.all([
    bundleScript("main.tsx"),
    bundleScript("early.ts"),
    bundleStyles(),
    Deno.readTextFile(new URL("icon.svg", APP)),
  ]);
  return new Map([["app.js", app], ["early.js", early], ["app.css", style], [
    "icon.svg",
    icon.trim() + "\n",
  ]]);
}

/** Size on the wire, as a proxy would pack it. */
export async function gzipBytes(text: string): Promise<number> {
  const packed = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
  return (await new Response(packed).arrayBuffer()).byteLength;
}

async function bundleScript(entry: string): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "bundle",
      "--quiet",
      "--lock=tests/deno.lock",
      "--platform=browser",
      "--minify",
      new URL(entry, APP).pathname,
    ],
    cwd: ROOT,
    stdin: "null",
  }).output();
  if (!success) throw new Error(`Cannot bundle ${entry}: ${new TextDecoder().decode(stderr)}`);
  return `${new TextDecoder().decode(stdout).trim()}\n`;
}

/** Every sheet of `styles/`, in the order of their names, without what only people read. */
async function bundleStyles(): Promise<string> {
  const folder = new URL("styles/", APP);
  const names: string[] = [];
  for await (const { name } of Deno.readDir(folder)) if (name.endsWith(".css")) names.push(name);
  const sheets = await Promise.all(names.sort().map((name) => Deno.readTextFile(new URL(name, folder))));
  return sheets.map(packed).join("") + "\n";
}

function packed(css: string): string {
  return css.replace(/\/\*[\s\S]*?\*\//g, "")
    .replace(/\s+/g, " ")
    .replace(/ ?([{};,]) ?/g, "$1")
    .replace(/;}/g, "}")
    .trim();
}
