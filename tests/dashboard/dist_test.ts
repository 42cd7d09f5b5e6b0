import { assert, assertEquals } from "@std/assert";
import { bundleDashboard, gzipBytes } from "../../src/dashboard/build/bundle.ts";
import { PAGE_PATHS } from "../../src/dashboard/mod.ts";

const DASHBOARD = new URL("../../src/dashboard/", import.meta.url);
/** Of JavaScript and styles, packed. */
const MOST_BYTES = 120_000;

Deno.test("dist is what the sources make, and nothing else: run `deno task build-dashboard` after a change", async () => {
  const made = await bundleDashboard();
  const names: string[] = [];
  for await (const { name } of Deno.readDir(new URL("dist/", DASHBOARD))) names.push(name);
  assertEquals(names.toSorted(), [...made.keys()].toSorted());
  for (const [name, text] of made) {
    assert(
      text === await Deno.readTextFile(new URL(`dist/${name}`, DASHBOARD)),
      `dist/${name} is of other sources`,
    );
  }
});

Deno.test(`scripts and styles are under ${MOST_BYTES / 1000} kB packed`, async () => {
  let total = 0;
  for (const name of ["app.js", "early.js", "app.css"]) {
    total += await gzipBytes(await Deno.readTextFile(new URL(`dist/${name}`, DASHBOARD)));
  }
  assert(total < MOST_BYTES, `${total} bytes`);
});

Deno.test("what the page's router knows the service answers with the page", async () => {
  const source = await Deno.readTextFile(new URL("app/pages/routes.ts", DASHBOARD));
  const paths = [...source.matchAll(/^ {2}\{ path: "([^"]+)"/gm)].map((match) => match[1]!);
  assert(paths.length > 2);
  assertEquals(paths.filter((path) => path !== "/" && !PAGE_PATHS.includes(path)), []);
});

Deno.test("the page brings its own everything: no address of another host in what is served", async () => {
  const known = [
    "http://www.w3.org/2000/svg",
    "http://www.w3.org/1999/xhtml",
    "http://www.w3.org/1998/Math/MathML",
  ];
  for (const name of ["app.js", "early.js", "app.css", "icon.svg"]) {
    const text = await Deno.readTextFile(new URL(`dist/${name}`, DASHBOARD));
    const hosts = [...text.matchAll(/https?:\/\/[^\s"'`)\\]+/g)].map(([url]) => url);
    assertEquals(hosts.filter((url) => !known.includes(url)), [], name);
  }
});
