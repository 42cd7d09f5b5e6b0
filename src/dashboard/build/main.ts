import { bundleDashboard, gzipBytes } from "./bundle.ts";

const DIST = new URL("../dist/", import.meta.url);

await Deno.mkdir(DIST, { recursive: true });
let total = 0;
for (const [name, text] of await bundleDashboard()) {
  await Deno.writeTextFile(new URL(name, DIST), text);
  const size = await gzipBytes(text);
  total += size;
  console.log(`${name.padEnd(10)} ${(size / 1000).toFixed(1).padStart(6)} kB gzip`);
}
console.log(`${"together".padEnd(10)} ${(total / 1000).toFixed(1).padStart(6)} kB gzip`);
