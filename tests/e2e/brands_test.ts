import { assert, assertEquals } from "@std/assert";
import { serveSamplePages } from "../../src/demo/sample_site.ts";
import { startService } from "./service_process.ts";

const EXAMPLES = new URL("../../docs/brands/", import.meta.url);

interface Brand {
  brand: string;
  in_force: boolean;
  title?: string;
  errors: { line: number; message: string }[];
}

Deno.test("the service takes profiles with the permissions it has, reads them anew, and scrapes by them", async () => {
  await using site = await serveSamplePages();
  const folder = await Deno.makeTempDir();
  for await (const { name } of Deno.readDir(EXAMPLES)) {
    await Deno.copyFile(new URL(name, EXAMPLES), `${folder}/${name}`);
  }
  try {
    await using service = await startService({ env: { ALLOW_PRIVATE_HOSTS: site.host, BRANDS_DIR: folder } });
    const get = async <T>(path: string) => await (await fetch(service.url + path)).json() as T;
    const post = async (path: string, json: unknown) => {
      const headers = { "content-type": "application/json" };
      const answer = await fetch(service.url + path, { method: "POST", headers, body: JSON.stringify(json) });
      return { status: answer.status, body: await answer.json() };
    };
    const { brands } = await get<{ brands: Brand[] }>("/api/brands");
    assert(brands.length >= 3);
    assertEquals(brands.filter(({ in_force, errors }) => !in_force || errors.length > 0), []);

    const url = site.urls.find((each) => each.includes("stage-piano"))!;
    const preview = await post("/api/brands/sample-music/preview", { url });
    assertEquals(preview.status, 200, JSON.stringify(preview.body));
    assertEquals([preview.body.fields.name, preview.body.fields.weight_kg], ["Stage Piano SP-88", 14.8]);
    const scraped = await post("/api/scrape", { url, brand: "sample-music", formats: ["metadata"] });
    assertEquals(scraped.body.fields, preview.body.fields);
    assertEquals((await post("/api/scrape", { url, formats: ["metadata"] })).body.fields, undefined);

    const file = `${folder}/sample-music.yaml`;
    const text = await Deno.readTextFile(file);
    const shows = async (test: (brand: Brand & { profile: { title?: string } }) => boolean) => {
      for (const deadline = Date.now() + 20_000; Date.now() < deadline;) {
        if (test(await get("/api/brands/sample-music"))) return;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      throw new Error("The change was never seen");
    };
    await Deno.writeTextFile(file, text.replace("title: Sample Music", "title: Renamed"));
    await shows(({ profile }) => profile.title === "Renamed");
    await Deno.writeTextFile(file, text.replace("hosts:", "host:"));
    await shows(({ in_force, errors, profile }) =>
      in_force && profile.title === "Renamed" && errors.some(({ message }) => message === "unknown key")
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
