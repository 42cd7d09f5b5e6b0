import { assert, assertEquals } from "@std/assert";
import manifest from "../../deno.json" with { type: "json" };
import { ROOT } from "./cli_process.ts";

Deno.test("the binary embeds the command line, the client and commander, and nothing of the service", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const words = manifest.tasks["compile-cli"].command.split(" ").slice(1);
    const args = words.map((word) => word === "dist/tutti" ? `${folder}/tutti` : word);
    // The runtime it goes with is fetched from Deno's own server; any file does to see what is put beside it.
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args,
      cwd: ROOT,
      env: { DENORT_BIN: Deno.execPath(), NO_COLOR: "1" },
    }).output();
    const text = new TextDecoder().decode(stderr);
    assert(success, text);
    const packages = [...text.matchAll(/localhost\/([^/]+)\//g)].map((match) => match[1]);
    assertEquals(packages, ["commander"], text);
    assert(/src\b.*\n.*cli\b/.test(text) && !/(queue|http|scraping|search)\/\*/.test(text), text);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
