import { assertEquals, assertThrows } from "@std/assert";
import { EventStreamReader } from "../../src/answers/event_stream.ts";

function read(text: string, size: number): string[] {
  const reader = new EventStreamReader();
  const bytes = new TextEncoder().encode(text);
  const events: string[] = [];
  for (let at = 0; at < bytes.length; at += size) events.push(...reader.push(bytes.slice(at, at + size)));
  return [...events, ...reader.end()];
}

Deno.test("EventStreamReader reads the same events wherever the bytes and the line ends are cut", () => {
  const text = ": hello\nevent: x\ndata: שלום\ndata:two\n\nid: 4\n\n:\n\ndata:  spaced\n\ndata: last";
  for (const lineEnd of ["\n", "\r\n", "\r"]) {
    for (const size of [1, 2, 3, 5, 1000]) {
      assertEquals(read(text.replaceAll("\n", lineEnd), size), ["שלום\ntwo", " spaced", "last"]);
    }
  }
});

Deno.test("EventStreamReader refuses an event without end", () => {
  const reader = new EventStreamReader();
  const part = new TextEncoder().encode("x".repeat(300_000));
  assertThrows(() => {
    for (let i = 0; i < 5; i++) reader.push(part);
  }, RangeError);
});
