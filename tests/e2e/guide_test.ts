import { assert } from "@std/assert";
import { serveSamplePages } from "../../src/demo/sample_site.ts";
import { lacks } from "../needs.ts";
import { CHROMA_LAUNCHER } from "../search/chroma_host.ts";
import { runPage } from "./run_page.ts";
import { startService } from "./service_process.ts";

const ROOT = new URL("../../", import.meta.url);

/** A folder that goes with the test. */
async function temporaryFolder(): Promise<{ path: string } & AsyncDisposable> {
  const path = await Deno.makeTempDir({ prefix: "tutti-guide-" });
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

Deno.test({
  name: "the task of docs/tasks.md passes its own test, runs, and answers what the page shows",
  ignore: lacks("bash", "curl"),
  fn: async () => {
    const page = await Deno.readTextFile(new URL("docs/tasks.md", ROOT));
    const [task, itsTest] = [...page.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map(([, code]) => code!);
    await using folder = await temporaryFolder();
    const write = (name: string, text: string) =>
      Deno.writeTextFile(`${folder.path}/${name}`, text.replace("../tutti/", ROOT.href));
    await write("price_watch.ts", task!);
    await write("price_watch_test.ts", itsTest!);
    const { success, stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["test", "--no-lock", "--config", new URL("deno.json", ROOT).pathname, folder.path],
    }).output();
    assert(success, new TextDecoder().decode(stdout));

    await using site = await serveSamplePages();
    await using service = await startService({
      env: { TASKS_DIR: folder.path, ALLOW_PRIVATE_HOSTS: site.host },
    });
    const here = new URL(service.url).host;
    await runPage(
      "docs/tasks.md",
      5,
      (text) => text.replaceAll("127.0.0.1:8081", site.host).replaceAll("localhost:8080", here),
    );
  },
});

Deno.test({
  name: "every curl line of docs/guide.md works and answers what is shown",
  ignore: lacks("bash", "curl"),
  fn: async () => {
    await using site = await serveSamplePages();
    await using brands = await temporaryFolder();
    const profile = await Deno.readTextFile(new URL("docs/brands/sample-music.yaml", ROOT));
    await Deno.writeTextFile(
      `${brands.path}/sample-music.yaml`,
      profile.replaceAll("127.0.0.1:8081", site.host),
    );
    await using service = await startService({
      env: {
        ALLOW_PRIVATE_HOSTS: `${site.host},127.0.0.1:9000`,
        BRANDS_DIR: brands.path,
        CHROMA_URL: "",
        CHROMA_LAUNCHER: (CHROMA_LAUNCHER ?? []).join(" "),
      },
    });
    const here = new URL(service.url).host;
    await runPage(
      "docs/guide.md",
      15,
      (text) => text.replaceAll("127.0.0.1:8081", site.host).replaceAll("localhost:8080", here),
    );
  },
});
