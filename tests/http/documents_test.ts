import { assertEquals, assertStringIncludes } from "@std/assert";
import { type FakeSearch, storedDocument } from "../fakes/fake_search.ts";
import { type CallInit, client } from "./client.ts";

type Problem = { code: string; detail: string; errors?: { path: string; message: string }[] };
const decoder = new TextDecoder();
const PDF = "%PDF-1.7\n1 0 obj";

/** What the index was handed, its bytes as text. */
function handed(search: FakeSearch) {
  return search.added.map(({ document: { bytes, ...rest } }) => ({ ...rest, text: decoder.decode(bytes) }));
}

function formOf(fields: Record<string, string | string[]>, file?: File): FormData {
  const form = new FormData();
  for (const [name, values] of Object.entries(fields)) {
    for (const value of [values].flat()) form.append(name, value);
  }
  if (file !== undefined) form.append("file", file);
  return form;
}

Deno.test("POST /api/documents takes JSON, and answers with the task that reads it", async () => {
  const { call, deps } = client();
  const { status, body, headers } = await call("/api/documents", {
    json: {
      markdown: "# שלום",
      document_id: "manual-1",
      url: "https://a.example/m",
      title: "T",
      brand: "b",
      lang: "he",
      tags: ["x"],
    },
    headers: { "x-request-id": "r-1" },
  });
  assertEquals([status, body], [202, {
    document_id: "doc_manual-1",
    task_id: "document_none_1.1-x",
    status: "queued",
  }]);
  assertEquals(headers.get("location"), "/api/tasks/document_none_1.1-x");
  assertEquals(handed(deps.search), [{
    contentType: "text/markdown",
    text: "# שלום",
    documentId: "manual-1",
    url: "https://a.example/m",
    title: "T",
    brand: "b",
    language: "he",
    tags: ["x"],
  }]);
  assertEquals(deps.search.added[0]!.requestId, "r-1");
  await call("/api/documents", { json: { text: "a" } });
  await call("/api/documents", { json: { html: "<p>a" } });
  assertEquals(handed(deps.search).slice(1), [
    { contentType: "text/plain", text: "a" },
    { contentType: "text/html", text: "<p>a" },
  ]);
});

Deno.test("POST /api/documents takes a form, its fields before those of the query", async () => {
  const { call, deps } = client();
  const { status } = await call("/api/documents?brand=q&title=Q", {
    method: "POST",
    body: formOf(
      { title: "כותרת", tags: ["a, b", "c"], document_id: "d" },
      new File([PDF], "x.bin", { type: "application/pdf" }),
    ),
  });
  assertEquals(status, 202);
  assertEquals(handed(deps.search), [{
    contentType: "application/pdf",
    text: PDF,
    documentId: "d",
    title: "כותרת",
    brand: "q",
    tags: ["a", "b", "c"],
  }]);
});

Deno.test("POST /api/documents takes the document itself, what is said of it in the query", async () => {
  const { call, deps } = client();
  for (
    const [type, body] of [
      ["application/pdf", PDF],
      ["text/markdown; charset=utf-8", "# a"],
      ["text/html", "<p>a"],
      ["Text/Plain", "a"],
    ] as const
  ) {
    const { status } = await call(
      "/api/documents?document_id=x&tags=a,b&lang=en&url=https%3A%2F%2Fa.example%2F",
      {
        method: "POST",
        body,
        headers: { "content-type": type },
      },
    );
    assertEquals(status, 202, type);
  }
  const about = { documentId: "x", tags: ["a", "b"], language: "en", url: "https://a.example/" };
  assertEquals(handed(deps.search), [
    { contentType: "application/pdf", text: PDF, ...about },
    { contentType: "text/markdown", text: "# a", ...about },
    { contentType: "text/html", text: "<p>a", ...about },
    { contentType: "text/plain", text: "a", ...about },
  ]);
});

for (
  const [type, name, start, is] of [
    ["application/pdf", "a.md", "# a", "application/pdf"],
    ["application/octet-stream", "A.MD", "%PDF-", "text/markdown"],
    ["image/png", "a.htm", "a", "text/html"],
    ["", "a.txt", "<html>", "text/plain"],
    ["", "upload", "\n\n%PDF-1.4", "application/pdf"],
    ["", "upload", "\ufeff <!DOCTYPE html><p>", "text/html"],
    ["", "a.unknown", "just words < than", "text/plain"],
    ["", "constructor", "words", "text/plain"],
    ["application/zip", "a.docx", "PK\x03\x04", undefined],
  ] as const
) {
  Deno.test(`POST /api/documents takes a file '${name}' of type '${type}' that begins with ${JSON.stringify(start)} for ${is}`, async () => {
    const { call, deps } = client();
    const file = new File([start], name, { type });
    const { status, body } = await call<Problem>("/api/documents", {
      method: "POST",
      body: formOf({}, file),
    });
    assertEquals([status, handed(deps.search)[0]?.contentType], [is === undefined ? 415 : 202, is]);
    if (is === undefined) assertEquals(body.code, "unsupported_media_type");
  });
}

Deno.test("POST /api/documents makes UTF-8 of what says that it is of another encoding", async () => {
  const { call, deps } = client();
  const hebrew = new Uint8Array([0xf9, 0xec, 0xe5, 0xed]); // שלום in windows-1255
  const send = (charset: string) =>
    call<Problem>("/api/documents", {
      method: "POST",
      body: hebrew,
      headers: { "content-type": `text/plain; charset=${charset}` },
    });
  await send("windows-1255");
  assertEquals(handed(deps.search)[0]!.text, "שלום");
  const unknown = await send("klingon");
  assertEquals([unknown.status, unknown.body.code], [415, "unsupported_media_type"]);
});

const REFUSALS: [string, number, string, string | undefined, CallInit, string?][] = [
  ["nothing of it", 422, "invalid_request", "", { json: {} }],
  ["two texts", 422, "invalid_request", "", { json: { text: "a", html: "b" } }],
  ["blanks", 422, "invalid_request", "text", { json: { text: " \n " } }],
  ["an unknown field", 422, "invalid_request", "colour", { json: { text: "a", colour: "red" } }],
  ["an address that is no page's", 422, "invalid_request", "url", {
    json: { text: "a", url: "javascript:alert(1)" },
  }],
  ["an id with a slash", 422, "invalid_request", "document_id", { json: { text: "a", document_id: "a/b" } }],
  ["a title of two lines", 422, "invalid_request", "title", { json: { text: "a", title: "a\nb" } }],
  ["21 tags", 422, "invalid_request", "tags", { json: { text: "a", tags: new Array(21).fill("x") } }],
  ["no JSON", 400, "not_json", undefined, { body: "{", headers: { "content-type": "application/json" } }],
  ["a form of curl's -d", 415, "unsupported_media_type", undefined, {
    body: new URLSearchParams({ text: "a" }),
  }],
  ["an image", 415, "unsupported_media_type", undefined, {
    body: "a",
    headers: { "content-type": "image/png" },
  }],
  ["no type", 415, "unsupported_media_type", undefined, { body: new Uint8Array(3) }],
  ["an empty body", 422, "invalid_request", "", { body: "", headers: { "content-type": "text/plain" } }],
  ["an unknown word in the query", 422, "invalid_request", "tag", { json: { text: "a" } }, "?tag=a"],
  ["no file", 422, "invalid_request", "file", { body: formOf({ title: "a" }) }],
  ["an empty file", 422, "invalid_request", "file", { body: formOf({}, new File([], "a.txt")) }],
  ["a field twice", 422, "invalid_request", "title", {
    body: formOf({ title: ["a", "b"] }, new File(["a"], "a.txt")),
  }],
  ["a field of a form that is unknown", 422, "invalid_request", "text", {
    body: formOf({ text: "a" }, new File(["a"], "a.txt")),
  }],
  ["a prototype for a field", 422, "invalid_request", "__proto__", {
    body: formOf({ ["__proto__"]: "a" }, new File(["a"], "a.txt")),
  }],
  ["a long field", 422, "invalid_request", "title", {
    body: formOf({ title: "a".repeat(9001) }, new File(["a"], "a.txt")),
  }],
  ["33 parts", 422, "invalid_request", "", { body: formOf({ tags: new Array(33).fill("x") }) }],
  ["10,000 parts", 422, "invalid_request", "", { body: formOf({ x: new Array(10_000).fill("") }) }],
  ["a form that breaks off", 422, "invalid_request", "", {
    body: '--b\r\nContent-Disposition: form-data; name="file"\r\n\r\nword',
    headers: { "content-type": "multipart/form-data; boundary=b" },
  }],
  ["a form without a boundary", 422, "invalid_request", "", {
    body: "--b--",
    headers: { "content-type": "multipart/form-data" },
  }],
];

for (const [what, status, code, path, init, query = ""] of REFUSALS) {
  Deno.test(`POST /api/documents refuses ${what}`, async () => {
    const { call, deps } = client();
    const { body, ...answer } = await call<Problem>(`/api/documents${query}`, { method: "POST", ...init });
    assertEquals(
      [answer.status, body.code, body.errors?.[0]?.path],
      [status, code, path],
      JSON.stringify(body),
    );
    assertEquals(deps.search.added, []);
  });
}

Deno.test("POST /api/documents holds documents to UPLOAD_MAX_BYTES and JSON to BODY_MAX_BYTES", async () => {
  const { call, deps } = client({ UPLOAD_MAX_BYTES: "4096", BODY_MAX_BYTES: "2048" });
  const post = (body: BodyInit, type?: string) =>
    call<Problem>("/api/documents", { method: "POST", body, headers: type ? { "content-type": type } : {} });
  const file = (size: number) => formOf({ title: "a" }, new File(["a".repeat(size)], "a.txt"));
  assertEquals((await post("a".repeat(4096), "text/plain")).status, 202);
  assertEquals((await post(file(4096))).status, 202);
  for (
    const [body, type] of [
      ["a".repeat(4097), "text/plain"],
      [file(4097), undefined],
      [file(80_000), undefined],
      [JSON.stringify({ text: "a".repeat(2048) }), "application/json"],
    ] as const
  ) {
    const { status, body: problem } = await post(body, type);
    assertEquals([status, problem.code], [413, "body_too_large"]);
  }
  assertEquals(deps.search.added.length, 2);
});

Deno.test("POST /api/documents refuses a large document while others take up the room, and takes it after", async () => {
  const { call, deps } = client({ UPLOAD_MAX_BYTES: "100000" });
  const accepting = Promise.withResolvers<void>();
  deps.search.accepting = accepting.promise;
  const post = (bytes: number) =>
    call<Problem>("/api/documents", {
      method: "POST",
      body: new Uint8Array(bytes).fill(97),
      headers: { "content-type": "text/plain", "content-length": String(bytes) },
    });
  const first = Array.from({ length: 6 }, () => post(100_000));
  const full = await post(100_000);
  assertEquals([full.status, full.body.code], [503, "unavailable"]);
  assertEquals(Number(full.headers.get("retry-after")) > 0, true);
  const small = post(1000);
  accepting.resolve();
  assertEquals((await Promise.all([...first, small])).map(({ status }) => status), new Array(7).fill(202));
  assertEquals((await post(100_000)).status, 202);
});

Deno.test("POST /api/documents takes nothing once the service stops", async () => {
  const { call, deps } = client();
  deps.stop();
  const { status, body } = await call<Problem>("/api/documents", { json: { text: "a" } });
  assertEquals([status, body.code], [503, "unavailable"]);
});

Deno.test("GET /api/documents lists page by page, by every condition", async () => {
  const { call, deps } = client();
  deps.search.all.push(
    storedDocument("doc_1", {
      url: "u",
      title: "T",
      brand: "b",
      tags: ["t"],
      language: "he",
      kind: "product",
    }),
    storedDocument("doc_2"),
    storedDocument("doc_3"),
  );
  const first = await call<{ documents: Record<string, unknown>[]; next: string }>("/api/documents?limit=2");
  const { age_s, ...document } = first.body.documents[0]!;
  assertEquals(document, {
    document_id: "doc_1",
    source: "upload",
    url: "u",
    title: "T",
    brand: "b",
    tags: ["t"],
    lang: "he",
    kind: "product",
    content_hash: "c0ffee",
    fetched_at: "1970-01-01T00:00:01.000Z",
    indexed_at: "1970-01-01T00:00:02.000Z",
    chunks: 2,
    owed_vectors: 1,
  });
  assertEquals(Math.abs((age_s as number) - Date.now() / 1000) < 100, true);
  const second = await call<{ documents: { document_id: string }[]; next: null }>(first.body.next);
  assertEquals([second.body.documents.map((each) => each.document_id), second.body.next], [["doc_3"], null]);
  await call("/api/documents?brand=b&source=scrape&tag=t&url=https%3A%2F%2Fa.example%2F&url_prefix=https");
  assertEquals(deps.search.listed[2], {
    brand: "b",
    source: "scrape",
    tag: "t",
    url: "https://a.example/",
    urlPrefix: "https",
  });
  for (const bad of ["limit=0", "limit=201", "source=web", "colour=red", "cursor=%20"]) {
    assertEquals((await call(`/api/documents?${bad}`)).status, 422, bad);
  }
});

Deno.test("GET /api/documents/{document_id} has its text and its passages", async () => {
  const { call, deps } = client();
  deps.search.all.push(storedDocument("doc_1"));
  const { body } = await call<{ markdown: string; passages: unknown[] }>("/api/documents/doc_1");
  const chunk = { text: "text", heading_path: ["A", "B"], tokens: 1, lang: "he" };
  assertEquals([body.markdown, body.passages], ["# A", [
    { chunk_id: "doc_1-0", ordinal: 0, ...chunk, page: 2, has_vector: false },
    { chunk_id: "doc_1-1", ordinal: 1, ...chunk, has_vector: true },
  ]]);
  assertEquals((await call("/api/documents/none")).status, 404);
  assertEquals((await call("/api/documents/a%2fb")).status, 422);
});

Deno.test("DELETE /api/documents/{document_id} takes it out once", async () => {
  const { call, deps } = client();
  deps.search.all.push(storedDocument("doc_1"), storedDocument("doc_2"));
  const { status, body } = await call("/api/documents/doc_1", { method: "DELETE" });
  assertEquals([status, body], [200, { documents: 1, chunks: 2 }]);
  assertEquals((await call("/api/documents/doc_1", { method: "DELETE" })).status, 404);
  assertEquals(deps.search.all.length, 1);
});

Deno.test("DELETE /api/documents takes out what conditions hold for, and never all for a lack of them", async () => {
  const { call, deps } = client();
  const remove = (query: string) => call<Problem>(`/api/documents${query}`, { method: "DELETE" });
  for (const bad of ["", "?", "?brnad=x", "?limit=5", "?brand="]) {
    const { status, body } = await remove(bad);
    assertEquals([status, body.code], [422, "invalid_request"], bad);
  }
  assertStringIncludes((await remove("")).body.detail, "at least one of");
  assertEquals(deps.search.removals, []);
  const { status, body } = await remove("?brand=x&source=upload");
  assertEquals([status, body as unknown], [200, { documents: 0, chunks: 0 }]);
  assertEquals(deps.search.removals, [{ brand: "x", source: "upload" }]);
});
