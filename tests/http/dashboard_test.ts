import { assert, assertEquals, assertMatch, assertNotMatch } from "@std/assert";
import { PAGE_PATHS } from "../../src/dashboard/mod.ts";
import { client } from "./client.ts";

const HTML = { headers: { accept: "text/html" } };

Deno.test("GET / is the page for a browser and links for a program", async () => {
  const { call } = client();
  const links = await call("/");
  assertEquals([links.headers.get("content-type"), links.body.docs], ["application/json", "/docs"]);
  assertEquals((await call("/", { headers: { accept: "*/*" } })).body.docs, "/docs");
  const page = await call<string>("/", HTML);
  assertEquals(page.headers.get("content-type"), "text/html; charset=utf-8");
  for (const { headers } of [links, page]) assertEquals(headers.get("vary"), "Accept");
});

Deno.test("the page is asked for anew, its files never: their names tell their content", async () => {
  const { call } = client();
  const page = await call<string>("/", HTML);
  assertEquals(page.headers.get("cache-control"), "no-cache");
  const files = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1]!);
  assertEquals(files.length, 4);
  for (const file of files) {
    assertMatch(file, /^\/assets\/[a-z]+-[0-9a-f]{16}\.(js|css|svg)$/);
    const { status, headers } = await call(file);
    assertEquals([file, status], [file, 200]);
    assertEquals(headers.get("cache-control"), "public, max-age=31536000, immutable");
    assertEquals(headers.get("x-content-type-options"), "nosniff");
  }
  assertEquals((await call("/assets/app-0000000000000000.js")).status, 404);
  assertEquals((await call("/assets/..%2Fmod.ts")).status, 404);
});

Deno.test("the page has no inline script or style, and the policy allows none, nor anything from elsewhere", async () => {
  const { headers, body } = await client().call<string>("/", HTML);
  const policy = headers.get("content-security-policy")!;
  assertMatch(policy, /^default-src 'none'; script-src 'self'; style-src 'self';.*frame-ancestors 'none'$/);
  assertNotMatch(policy, /unsafe|https?:|\*/);
  assertNotMatch(body, /<style|style=| on[a-z]+=|https?:/);
  for (const [tag] of body.matchAll(/<script[^>]*>/g)) assertMatch(tag, / src="/);
});

Deno.test("links into the page answer with it, and none stands in the way of an API route", async () => {
  const { app, call } = client();
  for (const path of PAGE_PATHS) {
    const address = path.replace(":id", "some%20thing");
    assertEquals([address, (await call(address, HTML)).status], [address, 200]);
    const program = await call(address);
    assertEquals([address, program.status, program.body.code], [address, 404, "not_found"]);
    assertEquals(app.routes.filter((route) => route.path === path).length, 1, path);
  }
  assert((await call<string>("/metrics", HTML)).body.startsWith("# TYPE"));
});
