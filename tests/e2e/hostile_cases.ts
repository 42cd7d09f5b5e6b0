import { brotliCompressSync } from "node:zlib";
import { articlePage } from "../fakes/site.ts";
import { type HostileCase, MAY_BE_READ, packed } from "./hostile_case.ts";
import { hostileDocuments, hostileSelectors } from "./hostile_documents.ts";
import { answer, drip, page, redirect, silence } from "./raw_site.ts";

const HTML = "content-type: text/html";
const GOOD = articlePage("Good");
/** Zstandard of `blocks` runs of 128 KiB of one byte each: 4 bytes a run. */
function zstd(blocks: number): Uint8Array<ArrayBuffer> {
  const bytes = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58];
  for (let i = 0; i < blocks; i++) {
    const header = (i === blocks - 1 ? 1 : 0) | 1 << 1 | 131_072 << 3;
    bytes.push(header & 255, header >> 8 & 255, header >> 16 & 255, 0x20);
  }
  return new Uint8Array(bytes);
}

const encoded = (body: Uint8Array<ArrayBuffer>, encoding: string) =>
  page(body, `${HTML}\r\ncontent-encoding: ${encoding}`);

/** Bodies that are small on the wire, or that do not end. */
async function bodies(): Promise<HostileCase[]> {
  const gzip = await packed("gzip", 256 * 1024 * 1024);
  const brotli = new Uint8Array(brotliCompressSync(new Uint8Array(64 * 1024 * 1024)));
  const gzipTwice = new Uint8Array(
    await new Response(new Blob([gzip]).stream().pipeThrough(new CompressionStream("gzip"))).arrayBuffer(),
  );
  const ok = `HTTP/1.1 200 OK\r\n${HTML}\r\nconnection: close\r\n`;
  return [
    { name: "gzip bomb", reply: encoded(gzip, "gzip"), outcomes: ["too_large"] },
    {
      name: "gzip bomb in gzip",
      reply: encoded(gzipTwice, "gzip"),
      outcomes: ["too_large", "completed", "unsupported_content"],
    },
    { name: "gzip, gzip", reply: encoded(gzipTwice, "gzip, gzip"), outcomes: ["unsupported_content"] },
    { name: "br bomb", reply: encoded(brotli, "br"), outcomes: ["too_large"] },
    { name: "zstd bomb", reply: encoded(zstd(2000), "zstd"), outcomes: ["too_large", "unsupported_content"] },
    {
      name: "deflate bomb",
      reply: encoded(await packed("deflate", 64 * 1024 * 1024), "deflate"),
      outcomes: ["too_large", "unsupported_content"],
    },
    {
      name: "half a gzip",
      reply: encoded(gzip.slice(0, 5000), "gzip"),
      outcomes: ["unsupported_content", "connect"],
    },
    { name: "infinite body", reply: drip(`${ok}\r\n`, "<p>word ".repeat(2000), 0), outcomes: ["too_large"] },
    {
      name: "infinite chunks of one byte",
      reply: drip(`${ok}transfer-encoding: chunked\r\n\r\n`, "1\r\na\r\n".repeat(2000), 0),
      outcomes: ["too_large", "timeout"],
    },
    { name: "body of a byte a second", reply: drip(`${ok}\r\n<p>`, "x", 1000), outcomes: ["timeout"] },
    {
      name: "headers of a byte a second",
      reply: drip("HTTP/1.1 200 OK\r\nx-slow: ", "x", 1000),
      outcomes: ["timeout"],
    },
    {
      name: "status of a byte a second",
      reply: drip("HTTP/1.1 2", "0", 1000),
      outcomes: ["timeout", "connect"],
    },
    { name: "silence", reply: silence, outcomes: ["timeout"] },
    {
      name: "body shorter than it says",
      reply: answer(`200 OK\r\n${HTML}\r\ncontent-length: 90000`, GOOD),
      outcomes: ["connect"],
    },
    {
      name: "body longer than it says",
      reply: answer(`200 OK\r\n${HTML}\r\ncontent-length: 300`, GOOD),
      outcomes: ["completed"],
    },
    {
      name: "length of a petabyte",
      reply: answer(`200 OK\r\n${HTML}\r\ncontent-length: 1125899906842624`, GOOD),
      outcomes: ["too_large", "connect"],
    },
  ];
}

function heads(): HostileCase[] {
  return [
    {
      name: "500 KB of one header",
      reply: page(GOOD, `${HTML}\r\nx: ${"a".repeat(500_000)}`),
      // What the client can still read in one piece it takes; such a header is then left out.
      outcomes: ["too_large", "completed"],
    },
    {
      name: "10,000 headers",
      reply: page(GOOD, HTML + "\r\nx-many: abcdefgh".repeat(10_000)),
      outcomes: ["too_large"],
    },
    {
      name: "headers without end",
      reply: drip("HTTP/1.1 200 OK\r\n", "x-more: abcdefgh\r\n".repeat(500), 0),
      outcomes: ["too_large", "connect"],
    },
    {
      name: "a redirect to itself",
      reply: (conn, path) => redirect(path)(conn, path),
      outcomes: ["redirect_loop"],
    },
    {
      name: "a redirect that always goes on",
      reply: (conn, path) => redirect(`${path}/x`)(conn, path),
      outcomes: ["redirect_loop"],
    },
    {
      name: "a redirect to its own empty query",
      reply: (conn, path) => redirect(`${path.split("?")[0]}?`)(conn, path),
      outcomes: ["redirect_loop"],
    },
    {
      name: "a redirect of 20 KB",
      reply: redirect(`/${"a".repeat(20_000)}`),
      outcomes: ["unsupported_content", "blocked_address"],
    },
    {
      name: "UTF-8 said to be UTF-16",
      reply: page(GOOD, `${HTML}; charset=utf-16le`),
      outcomes: ["completed", "unsupported_content"],
    },
    { name: "an unknown charset", reply: page(GOOD, `${HTML}; charset=klingon-8`), outcomes: ["completed"] },
    {
      name: "noise said to be HTML",
      reply: page(crypto.getRandomValues(new Uint8Array(60_000)), HTML),
      outcomes: ["completed", "unsupported_content"],
    },
    {
      name: "HTML said to be a PDF",
      reply: page(GOOD, "content-type: application/pdf"),
      outcomes: ["unsupported_content", "completed"],
    },
    {
      name: "HTML said to be a picture",
      reply: page(GOOD, "content-type: image/png"),
      outcomes: ["unsupported_content", "completed"],
    },
    {
      name: "a picture",
      reply: page(new Uint8Array([137, 80, 78, 71, 13, 10, 26, 10, 0, 0]), HTML),
      outcomes: ["unsupported_content", "completed"],
    },
  ];
}

function html(): HostileCase[] {
  const many = (count: number, make: (i: number) => string) =>
    Array.from({ length: count }, (_, i) => make(i)).join("");
  const bad: Record<string, string> = {
    "100,000 nested divs": "<div>".repeat(100_000) + "x",
    "50,000 attributes": `<p ${many(50_000, (i) => `a${i}=1 `)}>text</p>`,
    "misnested formatting": "<font size=i><p>".repeat(3000),
    "misnested links": "<a href=x><b><i><p>".repeat(5000),
    "nested tables": "<table><tr><td>".repeat(20_000),
    "an 8 MB text": `<p>${"word ".repeat(1_600_000)}</p>`,
    "an 8 MB word": `<p>${"a".repeat(8_000_000)}</p>`,
    "a million entities": "&amp;&#x41;&notit;".repeat(300_000),
    "100,000 links": many(100_000, (i) => `<a href=/${i}>${i}</a> `),
    "an attribute of 5 MB": `<p title="${"&quot;x".repeat(700_000)}">text</p>`,
    "an open comment": "<!--".repeat(300_000),
    "open tags": "<a".repeat(500_000),
    "foreign content": "<svg><foreignObject><math><mi>".repeat(10_000),
    "templates": "<template>".repeat(20_000),
    "selects": "<select><option><optgroup>".repeat(20_000),
    "deep JSON-LD": `<script type="application/ld+json">${"[".repeat(200_000)}</script>${GOOD}`,
    "wide JSON-LD": `<script type="application/ld+json">[${
      many(50_000, () => `{"@type":"Product","name":"x"},`)
    }{}]</script>${GOOD}`,
    "microdata in itself": many(
      5000,
      () => "<div itemscope itemtype=https://schema.org/Product itemprop=isRelatedTo>",
    ),
    "a table of 1,000,000 cells": `<table>${many(1000, () => `<tr>${"<td>1".repeat(1000)}`)}</table>`,
    "a colspan of ages": `<table>${many(2000, () => "<tr><td colspan=1000 rowspan=65534>x")}</table>`,
  };
  return Object.entries(bad).map(([name, body]) => ({
    name,
    reply: page(`<!doctype html><title>x</title>${body}`),
    outcomes: MAY_BE_READ,
    options: { formats: ["markdown", "html", "text", "links", "metadata", "product", "tables"] },
  }));
}

/** Every way a site was thought of to be hostile in. */
export async function hostileCases(): Promise<HostileCase[]> {
  return [...await bodies(), ...heads(), ...html(), ...await hostileDocuments(), ...hostileSelectors()];
}
