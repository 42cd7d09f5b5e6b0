import { assert, assertEquals } from "@std/assert";
import { readProfile } from "../../src/brands/mod.ts";
import type { BrandFile, BrandProfile } from "../../src/brands/port.ts";
import type { PageFormat } from "../../src/sandbox/port.ts";
import { extractPage } from "../../src/scraping/extract/mod.ts";
import { scrapeInput } from "../../src/tasks/scrape.ts";
import { type Client, client } from "./client.ts";

type Problem = { code: string; detail: string; errors?: { path: string; message: string }[] };
interface Preview {
  saved: boolean;
  fields: Record<string, unknown>;
  missing: { field: string; type: string; tried: unknown[]; default_given: boolean }[];
  next_url: string | null;
  result: Record<string, unknown>;
}

const PROFILE = `brand: keys
title: Keys
hosts: [shop.example]
start_urls: [https://shop.example/all]
include: [/p/]
max_pages: 50
fields:
  name: { selector: h1 }
  price: { selector: [.now, .price], type: price }
  colour: { selector: .colour, default: black }
  offers:
    selector: .offer
    many: true
    fields:
      shop: { selector: b }
      stock: { selector: i, type: integer, default: 0 }
politeness: { concurrency: 2, delay_s: 1.5 }
headers: { accept-language: he, cookie: "s=secret" }
next_selector: a.next
`;
const PAGE = `<html><head><title>T</title></head><body><h1>Stage piano</h1><p class="price">call us</p>
  <div class="offer"><b>A</b></div><div class="offer"><b>B</b></div><a class="next" href="?p=2">next</a></body></html>`;

function profileOf(text: string): BrandProfile {
  const read = readProfile(text);
  if ("errors" in read) throw new Error(JSON.stringify(read.errors));
  return read.profile;
}

/** A client whose brands are those of profile texts, and whose scrapes are extracted for real from `page`. */
function served({ profiles = [PROFILE], page = PAGE, files = [] as BrandFile[] } = {}) {
  const on = client();
  for (const text of profiles) on.deps.brands.add(profileOf(text));
  const brands = on.deps.brands;
  const get = brands.get.bind(brands);
  brands.get = (brand) => files.find((file) => file.brand === brand) ?? get(brand);
  runScrapes(on, page);
  return on;
}

/** Does the work of a worker: the task's input checked by its schema, the page extracted as a child would. */
function runScrapes({ deps }: Client, page: string): void {
  const { queue } = deps;
  const enqueue = queue.enqueue.bind(queue);
  queue.enqueue = async (request, options) => {
    const accepted = await enqueue(request, options);
    queueMicrotask(() => {
      const input = scrapeInput.parse(request.input);
      const { url, fields, brand_fields: brandFields, next_selector: nextSelector } = input;
      const formats = input.formats as PageFormat[];
      const bytes = new TextEncoder().encode(page);
      const read = extractPage(bytes, {
        url,
        contentType: "text/html",
        formats,
        fields,
        brandFields,
        nextSelector,
      });
      const resultJson = JSON.stringify({ url, final_url: url, status_code: 200, ...read });
      queue.end(accepted.taskId, { status: "completed", resultJson });
    });
    return accepted;
  };
}

Deno.test("GET /api/brands lists each file, GET /api/brands/{brand} its profile without credentials", async () => {
  const { call } = served();
  const list = await call<{ brands: Record<string, unknown>[] }>("/api/brands");
  assertEquals(list.status, 200);
  assertEquals(list.body.brands.map(({ brand, in_force, hosts, title }) => [brand, in_force, hosts, title]), [
    ["keys", true, ["shop.example"], "Keys"],
  ]);
  const one = await call<{ profile: Record<string, unknown>; errors: unknown[] }>("/api/brands/keys");
  assertEquals(one.body.errors, []);
  assertEquals(one.body.profile.politeness, { concurrency: 2, delay_s: 1.5 });
  assertEquals(one.body.profile.headers, { "accept-language": "he", cookie: "(not shown)" });
  assertEquals(one.body.profile.max_depth, 10);
  assert(!JSON.stringify([one.body, list.body]).includes("secret"));
  const none = await call<Problem>("/api/brands/nobody");
  assertEquals([none.status, none.body.code], [404, "not_found"]);
});

Deno.test("GET /api/brands/{brand} tells the errors of a file whose profile is not in force", async () => {
  const errors = [{ line: 2, column: 8, path: "hosts", message: "must be given" }];
  const { call } = served({ files: [{ brand: "bad", file: "bad.yaml", errors, loadedMs: 0 }] });
  const { body } = await call<Record<string, unknown>>("/api/brands/bad");
  assertEquals([body.in_force, body.profile, body.errors], [false, null, errors]);
  const preview = await call<Problem>("/api/brands/bad/preview", { json: { url: "https://shop.example/" } });
  assertEquals([preview.status, preview.body.code], [409, "conflict"]);
});

Deno.test("a preview gives what the profile in force reads, and how the selectors of the others fared", async () => {
  const { call, deps } = served();
  const { status, body } = await call<Preview>("/api/brands/keys/preview", {
    json: { url: "https://shop.example/p/1" },
  });
  assertEquals(status, 200);
  assertEquals(body.saved, true);
  assertEquals(body.fields, {
    name: "Stage piano",
    price: null,
    colour: "black",
    offers: [{ shop: "A", stock: 0 }, { shop: "B", stock: 0 }],
  });
  assertEquals(body.missing, [
    {
      field: "price",
      type: "price",
      tried: [{ selector: ".now", matches: 0 }, { selector: ".price", matches: 1, says: "call us" }],
      default_given: false,
    },
    { field: "colour", type: "text", tried: [{ selector: ".colour", matches: 0 }], default_given: true },
    { field: "offers.stock", type: "integer", tried: [{ selector: "i" }], default_given: true },
  ]);
  assertEquals(body.next_url, "https://shop.example/p/1?p=2");
  assertEquals([body.result.title, body.result.json, body.result.fields], ["T", undefined, undefined]);
  // The page as it is now, with the profile's headers, and nothing of it kept under the brand's name.
  const { request } = deps.queue.requests[0]! as {
    request: { brand?: string; input: Record<string, unknown> };
  };
  assertEquals(request.brand, undefined);
  assertEquals([request.input.max_age_s, request.input.cache], [0, "skip"]);
  assertEquals((request.input.headers as Record<string, string>).cookie, "s=secret");
});

Deno.test("a preview tries a profile that is not saved, of a brand that need not be there", async () => {
  const { call } = served({ profiles: [] });
  const profile = "brand: new\nhosts: [shop.example]\nfields: { title: { selector: title } }\n";
  const { status, body } = await call<Preview>("/api/brands/new/preview", {
    json: { url: "https://shop.example/", profile, formats: ["markdown"] },
  });
  assertEquals(status, 200);
  assertEquals([body.saved, body.fields, body.missing], [false, { title: "T" }, []]);
  assertEquals(typeof body.result.markdown, "string");
});

Deno.test("a preview refuses a profile that is wrong, with line and column of each error", async () => {
  const { call, deps } = served();
  const profile = "brand: keys\nhosts: [shop.example]\ncolour: red\nfields:\n  a: { selector: 'p[' }\n";
  const { status, body } = await call<Problem>("/api/brands/keys/preview", {
    json: { url: "https://shop.example/", profile },
  });
  assertEquals([status, body.code], [422, "invalid_request"]);
  assertEquals(body.errors, [
    { path: "profile.colour", message: "line 3, column 1: unknown key" },
    {
      path: "profile.fields.a.selector",
      message: "line 5, column 18: is no CSS selector: Expected name, found the end",
    },
  ]);
  const other = await call<Problem>("/api/brands/keys/preview", {
    json: { url: "https://shop.example/", profile: "hosts: [shop.example]\nbrand: other\n" },
  });
  assertEquals(other.body.errors, [{
    path: "profile.brand",
    message: `line 2, column 8: must be the brand of the address, "keys"`,
  }]);
  assertEquals(deps.queue.requests.length, 0);
});

Deno.test("a preview is for the profile's hosts: nothing is fetched of others", async () => {
  const { call, deps } = served();
  for (
    const url of ["https://other.example/", "https://shop.example@other.example/"]
  ) {
    const { status, body } = await call<Problem>("/api/brands/keys/preview", { json: { url } });
    assertEquals([status, body.code], [422, "invalid_request"], url);
    assertEquals(body.errors, [{ path: "url", message: "must be of a host of the profile: shop.example" }]);
  }
  const blocked = await call<Problem>("/api/brands/keys/preview", {
    json: { url: "http://127.0.0.1/", profile: "brand: keys\nhosts: [127.0.0.1]\n" },
  });
  assertEquals([blocked.status, blocked.body.code], [422, "blocked_address"]);
  assertEquals(deps.queue.requests.length, 0);
});

Deno.test("a preview's failure is the scrape's", async () => {
  const { call, deps } = client();
  deps.brands.add(profileOf(PROFILE));
  const answer = call<Problem>("/api/brands/keys/preview", { json: { url: "https://shop.example/" } });
  while (deps.queue.tasks.size === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  const error = { code: "dns" as const, message: "There is no such host", retryable: true };
  deps.queue.end([...deps.queue.tasks.keys()][0]!, { status: "failed", error });
  const { status, body } = await answer;
  assert(status >= 500);
  assertEquals([body.code, body.detail], ["scrape_failed", "There is no such host"]);
});

Deno.test("POST /api/brands/{brand}/crawl starts where the profile says; what the request names wins", async () => {
  const { call, deps } = served();
  const plain = await call<{ crawl_id: string }>("/api/brands/keys/crawl", { method: "POST" });
  assertEquals(plain.status, 202);
  assertEquals(plain.headers.get("location"), `/api/crawl/${plain.body.crawl_id}`);
  const named = await call("/api/brands/keys/crawl", { json: { max_pages: 7, due_only: true } });
  assertEquals(named.status, 202);
  const [first, second] = deps.crawls.starts.map(({ request }) => request);
  assertEquals([first!.startUrls, first!.include, first!.maxPages, first!.brand, first!.site], [
    ["https://shop.example/all"],
    ["/p/"],
    50,
    "keys",
    "keys",
  ]);
  assertEquals([second!.maxPages, second!.dueOnly], [7, true]);
  const start = await call<Problem>("/api/brands/keys/crawl", {
    json: { start_urls: ["https://x.example/"] },
  });
  assertEquals([start.status, start.body.errors?.[0]?.path], [422, "start_urls"]);
  assertEquals((await call<Problem>("/api/brands/nobody/crawl", { method: "POST" })).status, 404);
});

Deno.test("POST /api/brands/{brand}/crawl starts one crawl for an Idempotency-Key", async () => {
  const { call, deps } = served();
  const send = () => call("/api/brands/keys/crawl", { json: {}, headers: { "idempotency-key": "k1" } });
  const [one, two] = [await send(), await send()];
  assertEquals(one.body, two.body);
  assertEquals(two.headers.get("idempotency-replayed"), "true");
  assertEquals(deps.crawls.starts.length, 1);
});
