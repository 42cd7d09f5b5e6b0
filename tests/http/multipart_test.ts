import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { multipartParts } from "../../src/http/documents/multipart.ts";
import { ServiceError } from "../../src/platform/errors.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const TYPE = "multipart/form-data; boundary=b";
const LIMITS = { maxParts: 3, maxHeaderBytes: 200 };
const FIELD = 'Content-Disposition: form-data; name="a"\r\n\r\n';

const parse = (text: string, type = TYPE) =>
  multipartParts(encoder.encode(text), type, LIMITS).map(({ bytes, ...part }) => ({
    ...part,
    text: decoder.decode(bytes),
  }));

Deno.test("multipartParts() reads what the platform writes, byte for byte", async () => {
  const form = new FormData();
  const bytes = crypto.getRandomValues(new Uint8Array(50_000));
  bytes.set(encoder.encode("\r\n--\r\n\r\n--x"), 100);
  form.append("file", new File([bytes], 'a "b".pdf', { type: "application/pdf" }));
  form.append("title", "שלום\r\n--b");
  form.append("empty", "");
  const request = new Request("http://x/", { method: "POST", body: form });
  const type = request.headers.get("content-type")!;
  const parts = multipartParts(await request.bytes(), type, LIMITS);
  assertEquals(parts.map(({ name }) => name), ["file", "title", "empty"]);
  assertEquals(parts[0]!.bytes, bytes);
  assertEquals([parts[0]!.contentType, parts[0]!.fileName], ["application/pdf", "a %22b%22.pdf"]);
  assertEquals([decoder.decode(parts[1]!.bytes), parts[2]!.bytes.length], ["שלום\r\n--b", 0]);
});

Deno.test("multipartParts() takes a preamble, padding, an epilogue, a quoted boundary and a path for a name", () => {
  const name = 'Content-Disposition: form-data; name=a; filename="../../etc/\\"x\\".md"\r\n\r\n';
  assertEquals(
    parse(`hello\r\n--b \t\r\n${name}v\r\n--b--\r\nbye`, 'Multipart/Form-Data; Boundary="b"; x=y'),
    [
      { name: "a", fileName: '../../etc/"x".md', contentType: undefined, text: "v" },
    ],
  );
});

Deno.test("multipartParts() gives views of the body: a large file is not kept twice", () => {
  const body = encoder.encode(`--b\r\n${FIELD}value\r\n--b--`);
  assertEquals(multipartParts(body, TYPE, LIMITS)[0]!.bytes.buffer, body.buffer);
});

for (
  const [what, text, says, type] of [
    ["no boundary", "--b--", "boundary", "multipart/form-data"],
    ["a boundary of 71 characters", "--b--", "boundary", `multipart/form-data; boundary=${"b".repeat(71)}`],
    ["another boundary", "--c\r\n", "does not come"],
    ["nothing", "", "does not come"],
    ["an end within its headers", "--b\r\nContent-Disp", "within the headers"],
    ["an end within a part", `--b\r\n${FIELD}value`, "before its last boundary"],
    ["an end after a part", `--b\r\n${FIELD}value\r\n--b`, "line break"],
    ["an end after a part's line", `--b\r\n${FIELD}value\r\n--b\r\n`, "within the headers"],
    [
      "another boundary that begins like its own",
      `--b\r\n${FIELD}v\r\n--bc\r\n${FIELD}v\r\n--b--`,
      "line break",
    ],
    ["a part without a name", "--b\r\nContent-Type: a/b\r\n\r\nv\r\n--b--", "no name"],
    ["a part without headers", "--b\r\n\r\nv\r\n--b--", "headers"],
    ["headers that go on", `--b\r\nX: ${"x".repeat(300)}\r\n\r\nv\r\n--b--`, "longer than 200"],
    ["a fourth part", `${`--b\r\n${FIELD}v\r\n`.repeat(4)}--b--`, "more than 3 parts"],
  ] as const
) {
  Deno.test(`multipartParts() refuses a form with ${what}`, () => {
    const error = assertThrows(() => parse(text, type), ServiceError);
    assertEquals(error.code, "invalid_request");
    assertStringIncludes(error.message, says);
  });
}

Deno.test("multipartParts() is linear in bodies made to be slow", () => {
  const boundary = "-".repeat(70);
  const type = `multipart/form-data; boundary=${boundary}`;
  const run = (filling: string, size: number) => {
    const body = encoder.encode(
      `--${boundary}\r\n${FIELD}${filling.repeat(size / filling.length)}\r\n--${boundary}--`,
    );
    const startedMs = performance.now();
    assertEquals(multipartParts(body, type, LIMITS).length, 1);
    return performance.now() - startedMs;
  };
  for (const filling of ["\r", "\r\n--", `\r\n--${"-".repeat(60)}x`, "-"]) {
    const ms = run(filling, 8 << 20);
    assert(ms < 5000, `8 MiB of ${JSON.stringify(filling)} took ${ms} ms`); // 0.2 s on a quiet core; squared it is days
  }
  const hostile = `--b\r\nContent-Disposition: form-data; name="a"${
    ';a="'.repeat(200_000)
  }\r\n\r\nv\r\n--b--`;
  const many = { maxParts: 3, maxHeaderBytes: 1 << 20 };
  assertEquals(multipartParts(encoder.encode(hostile), TYPE, many).length, 1);
});
