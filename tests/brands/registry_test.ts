import { assert, assertEquals } from "@std/assert";
import { BrandRegistry, type BrandRegistryOptions } from "../../src/brands/mod.ts";

const KEYS = (title: string) => `brand: keys\ntitle: ${title}\nhosts: [keys.example]\n`;

/** A registry on a folder of its own, and the wait for what a change in it brings about. */
async function watched(options: Partial<BrandRegistryOptions> = {}, { create = true } = {}) {
  const parent = await Deno.makeTempDir();
  const folder = `${parent}/brands`;
  if (create) await Deno.mkdir(folder);
  const errors: unknown[] = [];
  // A poll so rare that what is seen is seen by the watch, unless a test asks for another.
  const registry = new BrandRegistry({
    folder,
    pollMs: 600_000,
    quietMs: 20,
    goneMs: 100,
    onError: (error) => errors.push(error),
    ...options,
  });
  const waiting = new Set<() => void>();
  registry.onChange(() => waiting.forEach((look) => look()));
  return {
    folder,
    parent,
    registry,
    errors,
    write: (name: string, text: string) => Deno.writeTextFile(`${folder}/${name}`, text),
    /** Resolves once `test` holds; a change is what makes it hold. */
    until(test: () => boolean): Promise<void> {
      if (test()) return Promise.resolve();
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error("It never came")), 20_000);
        const look = () => {
          if (!test()) return;
          clearTimeout(timer);
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
      });
    },
    title: () => registry.profile("keys")?.title,
    async [Symbol.asyncDispose]() {
      await registry[Symbol.asyncDispose]();
      await Deno.remove(parent, { recursive: true });
    },
  };
}

Deno.test("BrandRegistry reads the profiles of its folder, by name, and leaves other files alone", async () => {
  await using on = await watched();
  await on.write("keys.yaml", KEYS("Keys"));
  await on.write("amps.json", `{"brand": "amps", "hosts": ["amps.example"]}`);
  await on.write("strings.yml", "brand: strings\nhosts: [strings.example]\n");
  await on.write(".hidden.yaml", "x");
  await on.write("keys.yaml~", "x");
  await on.write("README.md", "x");
  await Deno.mkdir(`${on.folder}/dir.yaml`);
  await on.registry.start();
  assertEquals(on.registry.list().map(({ brand, file, errors }) => [brand, file, errors.length]), [
    ["amps", "amps.json", 0],
    ["keys", "keys.yaml", 0],
    ["strings", "strings.yml", 0],
  ]);
  assertEquals(on.registry.get("keys")?.profile?.title, "Keys");
  assertEquals(on.registry.profile("nobody"), undefined);
});

Deno.test("BrandRegistry takes a file that is written, changed, put in place by rename, and taken away", async () => {
  await using on = await watched();
  await on.registry.start();
  assertEquals(on.registry.list(), []);
  await on.write("keys.yaml", KEYS("One"));
  await on.until(() => on.title() === "One");
  await on.write("keys.yaml", KEYS("Two"));
  await on.until(() => on.title() === "Two");
  await on.write(".keys.tmp", KEYS("Three"));
  await Deno.rename(`${on.folder}/.keys.tmp`, `${on.folder}/keys.yaml`);
  await on.until(() => on.title() === "Three");
  await Deno.remove(`${on.folder}/keys.yaml`);
  await on.until(() => on.registry.list().length === 0);
  assertEquals(on.title(), undefined);
});

Deno.test("BrandRegistry keeps the last good profile in force while its file is wrong, and lists the errors", async () => {
  await using on = await watched();
  await on.write("keys.yaml", KEYS("Good"));
  await on.registry.start();
  await on.write("keys.yaml", "brand: keys\nhosts: [keys.exa");
  await on.until(() => on.registry.get("keys")!.errors.length > 0);
  assertEquals(on.title(), "Good");
  assertEquals(on.registry.get("keys")!.errors[0]!.line, 2);
  await on.write("keys.yaml", "");
  await on.until(() => on.registry.get("keys")!.errors[0]?.message === "is empty");
  assertEquals(on.title(), "Good");
  await on.write("keys.yaml", KEYS("Better"));
  await on.until(() => on.title() === "Better");
  assertEquals(on.registry.get("keys")!.errors, []);
});

Deno.test("BrandRegistry keeps a profile while an editor moves its file away and writes another", async () => {
  await using on = await watched({ goneMs: 60_000 });
  await on.write("keys.yaml", KEYS("One"));
  await on.registry.start();
  await Deno.rename(`${on.folder}/keys.yaml`, `${on.folder}/keys.yaml~`);
  // Another file's coming shows that the folder has been looked at in between.
  await on.write("amps.yaml", "brand: amps\nhosts: [amps.example]\n");
  await on.until(() => on.registry.profile("amps") !== undefined);
  assertEquals(on.title(), "One");
  await on.write("keys.yaml", KEYS("Two"));
  await on.until(() => on.title() === "Two");
});

Deno.test("BrandRegistry tells a brand that is not its file's, a brand twice, and a name that is none", async () => {
  await using on = await watched();
  await on.write("keys.yaml", `title: x\nbrand: other\nhosts: [keys.example]\n`);
  await on.write("amps.json", `{"brand": "amps", "hosts": ["json.example"]}`);
  await on.write("amps.yaml", "brand: amps\nhosts: [yaml.example]\n");
  await on.write("no name.yaml", "brand: a\nhosts: [a.example]\n");
  await on.registry.start();
  const errors = Object.fromEntries(on.registry.list().map(({ file, errors }) => [file, errors]));
  assertEquals(errors["keys.yaml"], [
    { line: 2, column: 8, path: "brand", message: `must be the name of its file, "keys"` },
  ]);
  assertEquals(errors["amps.json"], []);
  assertEquals(errors["amps.yaml"]![0]!.message, "The brand is in amps.json already");
  assertEquals(on.registry.profile("amps")!.hosts, ["json.example"]);
  assert(errors["no name.yaml"]![0]!.message.startsWith("The file's name must be"));
  await Deno.remove(`${on.folder}/amps.json`);
  await on.until(() => on.registry.profile("amps")?.hosts[0] === "yaml.example");
});

Deno.test("BrandRegistry has no brands where there is no folder, and those of one that comes, goes and comes back", async () => {
  await using on = await watched({ pollMs: 30 }, { create: false });
  await on.registry.start();
  assertEquals(on.registry.list(), []);
  await Deno.mkdir(on.folder);
  await on.write("keys.yaml", KEYS("One"));
  await on.until(() => on.title() === "One");
  await Deno.rename(on.folder, `${on.parent}/away`);
  await on.until(() => on.registry.list().length === 0);
  await Deno.mkdir(on.folder);
  await on.write("keys.yaml", KEYS("Two"));
  await on.until(() => on.title() === "Two");
  assertEquals(on.errors, []);
});

Deno.test("BrandRegistry follows links, as configuration maps are mounted, and sees them turned", async () => {
  await using on = await watched();
  for (const version of ["One", "Two"]) {
    await Deno.mkdir(`${on.folder}/.${version}`);
    await Deno.writeTextFile(`${on.folder}/.${version}/keys.yaml`, KEYS(version));
  }
  await Deno.symlink(".One", `${on.folder}/..data`);
  await Deno.symlink("..data/keys.yaml", `${on.folder}/keys.yaml`);
  await on.registry.start();
  assertEquals(on.title(), "One");
  await Deno.symlink(".Two", `${on.folder}/..next`);
  await Deno.rename(`${on.folder}/..next`, `${on.folder}/..data`);
  await on.until(() => on.title() === "Two");
});

Deno.test("BrandRegistry reads no file that is too large, no text that is no UTF-8, and no more than a thousand files", async () => {
  await using on = await watched();
  await on.write("a.yaml", `brand: a\nhosts: [a.example]\n${"#\n".repeat(250_000)}`);
  await Deno.writeFile(`${on.folder}/b.yaml`, new Uint8Array([0x62, 0xff, 0xfe]));
  for (let i = 0; i < 1000; i++) await on.write(`n${i}.json`, `{"brand": "n${i}", "hosts": ["n.example"]}`);
  await on.registry.start();
  assert(on.registry.get("a")!.errors[0]!.message.startsWith("The file must be at most"));
  assert(on.registry.get("b")!.errors[0]!.message.startsWith("The file cannot be read"));
  const files = on.registry.list();
  assertEquals(files.filter(({ profile }) => profile !== undefined).length, 998);
  assert(files.at(-1)!.errors[0]!.message.includes("more than 1000 files"));
});

Deno.test("politenessOf() is the gentlest of what the profiles of a host ask for", async () => {
  await using on = await watched();
  await on.write("a.yaml", "brand: a\nhosts: [shop.example]\npoliteness: { concurrency: 4, delay_s: 1 }\n");
  await on.write("b.yaml", "brand: b\nhosts: ['*.example']\npoliteness: { concurrency: 2 }\n");
  await on.write("c.yaml", "brand: c\nhosts: ['*.shop.example']\npoliteness: { delay_s: 2.5 }\n");
  await on.write("d.yaml", "brand: d\nhosts: [quiet.test]\n");
  await on.registry.start();
  const of = (host: string) => {
    const found = on.registry.politenessOf(host);
    return found && [found.concurrency, found.delayMs];
  };
  assertEquals(of("shop.example"), [2, 1000]);
  assertEquals(of("www.shop.example"), [2, 2500]);
  assertEquals(of("other.example"), [2, undefined]);
  assertEquals(of("example"), undefined);
  assertEquals(of("quiet.test"), undefined);
});
