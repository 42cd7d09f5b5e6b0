/** `deno task sample-site`: the demo's pages on 127.0.0.1:8081, to try the service on without the internet. */
import { serveSamplePages } from "./sample_site.ts";

if (import.meta.main) {
  const site = await serveSamplePages({ port: Number(Deno.args[0] ?? 8081) });
  console.log(`Sample pages, Ctrl-C to stop:\n${site.urls.map((url) => `  ${url}`).join("\n")}`);
}
