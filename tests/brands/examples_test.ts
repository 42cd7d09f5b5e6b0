import { assert, assertEquals } from "@std/assert";
import { BrandRegistry, isOfBrand, scrapeOptionsOf } from "../../src/brands/mod.ts";
import { serveSamplePages } from "../../src/demo/sample_site.ts";
import { make } from "../sandbox/make.ts";

const EXAMPLES = new URL("../../docs/brands", import.meta.url).pathname;
const FIXTURES = new URL("../fixtures/brands/", import.meta.url);
const LIMIT = { timeoutMs: 30_000 };

async function examples(): Promise<BrandRegistry> {
  const registry = new BrandRegistry({ folder: EXAMPLES });
  await registry.start();
  return registry;
}

Deno.test("every example of docs/brands is a profile without errors", async () => {
  await using registry = await examples();
  const files = registry.list();
  assert(files.length >= 3);
  assertEquals(files.filter(({ errors }) => errors.length > 0), []);
});

Deno.test("every example reads its fields off a page of its kind, in a sandbox", async () => {
  await using registry = await examples();
  await using sandbox = make();
  let tried = 0;
  for (const { brand, profile } of registry.list()) {
    if (brand === "sample-music") continue;
    const page = await Deno.readFile(new URL(`${brand}.html`, FIXTURES));
    const { url, ...expected } = JSON.parse(await Deno.readTextFile(new URL(`${brand}.json`, FIXTURES)));
    const { brandFields, nextSelector, formats = [] } = scrapeOptionsOf(profile!, url)!;
    const body = await sandbox.put(page, LIMIT);
    const request = { url, contentType: "text/html", formats, brandFields, nextSelector };
    const { fields, next_url } = await sandbox.extract(body, request, LIMIT);
    assertEquals({ fields, ...(next_url === undefined ? {} : { next_url }) }, expected, brand);
    tried++;
  }
  assertEquals(tried, 2);
});

Deno.test("the example for the sample site reads the pages that deno task sample-site serves", async () => {
  await using registry = await examples();
  await using site = await serveSamplePages();
  await using sandbox = make({ allowPrivateHosts: [site.host] });
  const profile = registry.profile("sample-music")!;
  const read = async (path: string) => {
    const url = `http://${site.host}${path}`;
    assert(isOfBrand(profile, url));
    const { body } = await sandbox.fetch({ url, maxBytes: 100_000 }, LIMIT);
    const { brandFields } = scrapeOptionsOf(profile, url)!;
    return (await sandbox.extract(body!, { url, contentType: "text/html", formats: [], brandFields }, LIMIT))
      .fields!;
  };
  const paths = new Set(site.urls.map((url) => new URL(url).pathname));
  for (const url of profile.startUrls) assert(paths.has(new URL(url).pathname), url);
  const piano = await read("/stage-piano-88.html");
  assertEquals(piano.name, "Stage Piano SP-88");
  assertEquals(piano.weight_kg, 14.8);
  assertEquals(piano.manual, `http://${site.host}/manual-sp-88.html`);
  assertEquals((piano.specifications as unknown[])[1], { name: "Polyphony", value: "192 voices" });
  const guitar = await read("/electric-guitar-he.html");
  assertEquals([guitar.name, guitar.weight_kg, guitar.manual], ["גיטרה חשמלית ST-20", null, null]);
});
