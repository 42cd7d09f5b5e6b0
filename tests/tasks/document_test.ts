import { assert, assertEquals, assertRejects } from "@std/assert";
import { TaskError } from "../../src/platform/errors.ts";
import type { Sandbox } from "../../src/sandbox/port.ts";
import { chunkDocument } from "../../src/search/chunking/mod.ts";
import type { IndexDocument, Upload } from "../../src/search/index_port.ts";
import type { TaskContext } from "../../src/tasks/define.ts";
import { createDocumentTask } from "../../src/tasks/document.ts";
import { readUpload } from "../../src/tasks/read_upload.ts";
import { make } from "../sandbox/make.ts";

const ID = "doc_0123456789abcdef01234567";

function upload(
  body: string | Uint8Array,
  contentType: string,
  about: Partial<Upload["about"]> = {},
): Upload {
  const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
  return {
    uploadId: "u1",
    contentType,
    bytes,
    about: { documentId: ID, fetchedMs: 1, ...about },
    createdMs: 1,
  };
}

const noSandbox = () => Promise.reject<Sandbox>(new Error("Text needs no sandbox"));

function readText(body: string | Uint8Array, contentType: string, about?: Partial<Upload["about"]>) {
  return readUpload(upload(body, contentType, about), { sandbox: noSandbox, timeoutMs: 10_000 });
}

async function refusal(work: Promise<unknown>): Promise<[string, boolean]> {
  const error = await assertRejects(() => work, TaskError);
  return [error.code, error.retryable];
}

function documentFile(name: string): Promise<Uint8Array> {
  return Deno.readFile(new URL(`../fixtures/documents/${name}`, import.meta.url));
}

Deno.test("readUpload() takes text and Markdown as they are", async () => {
  assertEquals(await readText("# Title #\r\n\r\ntext", "text/markdown; charset=utf-8"), {
    documentId: ID,
    fetchedMs: 1,
    source: "upload",
    title: "Title",
    contentType: "text/markdown",
    markdown: "# Title #\n\ntext",
  });
  const about = { title: "Mine", language: "he", tags: ["t"], brand: "b", url: "https://site.example/a" };
  assertEquals(await readText("# Title\n\nשלום", "TEXT/PLAIN", about), {
    documentId: ID,
    fetchedMs: 1,
    ...about,
    source: "upload",
    contentType: "text/plain",
    markdown: "# Title\n\nשלום",
  });
});

Deno.test("readUpload() decodes text by its byte order mark, then by the charset that is named", async () => {
  const hebrew = new Uint8Array([0xf9, 0xec, 0xe5, 0xed]);
  assertEquals((await readText(hebrew, 'text/plain; charset="windows-1255"')).markdown, "שלום");
  assertEquals((await readText("\ufeffשלום", "text/plain; charset=windows-1255")).markdown, "שלום");
  const wide = new Uint8Array([0xff, 0xfe, 0xe9, 0x05, 0x21, 0x00]);
  assertEquals((await readText(wide, "text/plain")).markdown, "ש!");
});

Deno.test("readUpload() refuses for good what is empty, no text, or in a charset nobody knows", async () => {
  assertEquals(await refusal(readText("", "text/plain")), ["invalid_input", false]);
  assertEquals(await refusal(readText(" \n", "text/plain")), ["unsupported_content", false]);
  assertEquals(await refusal(readText("a\0b", "text/plain")), ["unsupported_content", false]);
  assertEquals(await refusal(readText("a", "text/plain; charset=klingon")), ["unsupported_content", false]);
});

Deno.test("readUpload() reads HTML, PDF, CSV and text of an unknown charset in the sandbox", async () => {
  await using sandbox = await make({ cpuMs: 20_000 });
  const read = (body: string | Uint8Array, type: string, about?: Partial<Upload["about"]>) =>
    readUpload(upload(body, type, about), { sandbox: () => Promise.resolve(sandbox), timeoutMs: 30_000 });

  const html = '<html lang="en"><title>T</title><article><h1>Head</h1><p>Some text of a page, ' +
    'long enough to be one. <a href="more.html">more</a></p></article>';
  const page = await read(html, "text/html");
  assertEquals([page.title, page.language, page.contentType, page.documentId], ["T", "en", "text/html", ID]);
  assert(page.markdown.includes("Some text of a page"), page.markdown);
  assert(page.markdown.includes("](/more.html)"), page.markdown);
  const placed = await read(html, "text/html", { url: "https://site.example/dir/", title: "Mine" });
  assertEquals(placed.title, "Mine");
  assert(placed.markdown.includes("](https://site.example/dir/more.html)"), placed.markdown);

  const pdf = await read(await documentFile("guide_he.pdf"), "application/pdf");
  assert((pdf.pages?.length ?? 0) >= 1, "a PDF has pages");
  const chunks = chunkDocument(pdf, { maxTokens: 64 });
  assert(chunks.length > 1);
  const starts = pdf.pages!.map(({ start }) => start);
  for (const { text, page } of chunks) {
    // By where it stands in the text, found without the chunker.
    const at = pdf.markdown.indexOf(text.replace(/^#.*\n+/, "").slice(0, 20));
    assert(at >= 0, text);
    assertEquals(page, starts.filter((start) => start <= at).length);
  }
  assert(chunks.some(({ text }) => text.includes("מיתר")), "Hebrew in the order it is read");

  assert((await read("a,b\n1,2\n", "text/csv")).markdown.startsWith("| a | b |"));
  const hebrew = new Uint8Array(
    Array.from(
      "שלום לכולם, זה מדריך ",
      (char) => char >= "א" ? char.charCodeAt(0) - 0x5d0 + 0xe0 : char.charCodeAt(0),
    ),
  );
  assert((await read(hebrew, "text/plain")).markdown.startsWith("שלום לכולם"));

  assertEquals(await refusal(read("%PDF-1.4 broken", "application/pdf")), ["unsupported_content", false]);
  assertEquals(
    await refusal(read(new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0]), "image/png")),
    [
      "unsupported_content",
      false,
    ],
  );
});

const context = { taskId: "document_1", signal: new AbortController().signal } as TaskContext;

Deno.test("a document task hands what was uploaded to the index and answers what became of it", async () => {
  const indexed: IndexDocument[] = [];
  const became = { change: "new", chunks: 1, added: 1, removed: 0, kept: 0, vectors: "owed" } as const;
  const task = createDocumentTask({
    takeUpload: (id) => Promise.resolve(id === "u1" ? upload("text", "text/plain") : undefined),
    sandbox: noSandbox,
    indexDocument(document, { uploadId, signal }) {
      assertEquals([uploadId, signal], ["u1", context.signal]);
      indexed.push(document);
      return Promise.resolve({ document_id: document.documentId, ...became });
    },
    timeoutMs: 1000,
  });
  assertEquals(task.output.parse(await task.run({ upload_id: "u1" }, context)), {
    document_id: ID,
    ...became,
  });
  assertEquals(indexed.map(({ markdown }) => markdown), ["text"]);
  assertEquals(await refusal(Promise.resolve(task.run({ upload_id: "u2" }, context))), [
    "invalid_input",
    false,
  ]);
  assertEquals(task.input.safeParse({ upload_id: "../x y" }).success, false);
});
