import { assert, assertEquals, assertMatch, assertNotEquals, assertThrows } from "@std/assert";
import { EventLog, type EventLogOptions } from "../../src/queue/mod.ts";
import type { TaskEvent } from "../../src/queue/service_port.ts";

function log(options?: EventLogOptions) {
  let tell: ((event: TaskEvent) => void) | undefined;
  const events = new EventLog({
    subscribe: (listener) => {
      tell = listener;
      return () => tell = undefined;
    },
  }, options);
  const emit = (taskId: string, change: Partial<TaskEvent> = {}) =>
    tell?.({ taskId, type: "test", status: "running", attempt: 1, atMs: 0, ...change });
  return { events, emit };
}

const ids = (found: { event: TaskEvent }[] | undefined) => found?.map(({ event }) => event.taskId);

Deno.test("EventLog.since() gives what came after an id, in order", () => {
  const { events, emit } = log();
  const start = events.idOf(events.last);
  for (const id of ["a", "b", "c"]) emit(id);
  assertEquals(ids(events.since(start)), ["a", "b", "c"]);
  assertEquals(ids(events.since(events.idOf(2))), ["c"]);
  assertEquals(events.since(events.idOf(events.last)), []);
});

Deno.test("EventLog.since() says that it is gone for ids it cannot have given or has forgotten", () => {
  const { events, emit } = log({ maxEvents: 3 });
  const other = log();
  other.emit("x");
  for (const id of ["a", "b", "c", "d", "e"]) emit(id);
  assertEquals(events.last, 5);
  assertEquals(ids(events.since(events.idOf(2))), ["c", "d", "e"]); // the very last that can still be told
  for (
    const id of [
      events.idOf(1),
      events.idOf(6),
      other.events.idOf(1),
      "",
      "1",
      "x-1",
      "é",
      `${events.idOf(2)}x`,
    ]
  ) {
    assertEquals(events.since(id), undefined, id);
  }
});

Deno.test("EventLog ids are of their process", () => {
  assertNotEquals(log().events.idOf(1), log().events.idOf(1));
  assertMatch(log().events.idOf(17), /^[a-z0-9]+-17$/);
});

Deno.test("EventLog keeps no more bytes than it may, whatever their number", () => {
  const { events, emit } = log({ maxBytes: 10_000 });
  for (let i = 0; i < 100; i++) {
    emit(`t${i}`, { error: { code: "timeout", message: "m".repeat(800), retryable: true } });
  }
  assert(events.sizeBytes <= 10_000 && events.sizeBytes > 8000, `${events.sizeBytes}`);
  const kept = [...Array(101).keys()].filter((n) => events.since(events.idOf(n)) !== undefined).length - 1;
  assert(kept > 5 && kept <= 12, `${kept}`);
  emit("giant", { error: { code: "timeout", message: "m".repeat(20_000), retryable: true } });
  assertEquals(ids(events.since(events.idOf(100))), ["giant"]);
});

Deno.test("EventLog.sizeBytes is about that of the JSON", () => {
  const { events, emit } = log();
  const event = {
    type: "scrape",
    batchId: "batch_4m1c8w0z7h2t5kxq",
    brand: "halilit",
    requestId: "req_7v2m4k9xq1d8w3ba",
    runMs: 12.5,
    waitMs: 3.25,
  };
  emit("scrape_halilit_1735230772.123-0000k3v9x2mq", event);
  const json = JSON.stringify(events.since(events.idOf(0)));
  assert(Math.abs(events.sizeBytes - json.length) < 100, `${events.sizeBytes} for ${json.length}`);
});

Deno.test("EventLog filters by task, batch, type, brand and end, all at once", () => {
  const { events, emit } = log();
  const start = events.idOf(0);
  const seen: string[] = [];
  events.follow({ batchId: "b1", brand: "x" }, (_position, event) => seen.push(event.taskId));
  emit("a", { batchId: "b1", brand: "x" });
  emit("b", { batchId: "b1", brand: "y" });
  emit("c", { batchId: "b2", brand: "x", type: "other" });
  emit("d", { batchId: "b1", brand: "x", status: "failed" });
  assertEquals(ids(events.since(start, { batchId: "b1" })), ["a", "b", "d"]);
  assertEquals(ids(events.since(start, { brand: "x" })), ["a", "c", "d"]);
  assertEquals(ids(events.since(start, { type: "other" })), ["c"]);
  assertEquals(ids(events.since(start, { taskId: "b" })), ["b"]);
  assertEquals(ids(events.since(start, { batchId: "b1", brand: "x", endedOnly: true })), ["d"]);
  assertEquals(seen, ["a", "d"]);
});

Deno.test("EventLog.follow() tells of what fits until it is stopped, each stop its own", () => {
  const { events, emit } = log();
  const seen: string[] = [];
  const note = (who: string) => (position: number, event: TaskEvent) =>
    seen.push(`${who}${position}${event.taskId}`);
  const stops = [
    events.follow({ taskId: "a" }, note("task")),
    events.follow({ taskId: "a" }, note("twin")),
    events.follow({ batchId: "b" }, note("batch")),
    events.follow({}, note("all")),
  ];
  emit("a");
  emit("m", { batchId: "b" });
  assertEquals(seen.splice(0), ["task1a", "twin1a", "all1a", "batch2m", "all2m"]);
  stops[0]!();
  emit("a");
  assertEquals(seen.splice(0), ["twin3a", "all3a"]);
  for (const stop of stops) stop();
  emit("a", { batchId: "b" });
  assertEquals(seen, []);
});

Deno.test("EventLog.read() gives about as much as is asked for, and where to go on", () => {
  const { events, emit } = log();
  for (let i = 1; i <= 50; i++) emit(`t${i}`, { brand: i % 2 === 0 ? "even" : "odd" });
  const found: string[] = [];
  let reads = 0;
  for (let after = 0; after < events.last; reads++) {
    const { events: some, upTo } = events.read(after, { brand: "even" }, 1000)!;
    found.push(...ids(some)!);
    after = upTo;
  }
  assertEquals(found, Array.from({ length: 25 }, (_, i) => `t${2 * i + 2}`));
  assert(reads >= 4 && reads <= 7, `${reads}`);
});

Deno.test("EventLog hears nothing more once disposed of", () => {
  const { events, emit } = log();
  emit("a");
  events[Symbol.dispose]();
  emit("b");
  assertEquals(events.last, 1);
});

Deno.test("EventLog refuses a size that is none", () => {
  assertThrows(
    () => log({ maxEvents: 0 }),
    RangeError,
    "maxEvents must be a whole number above 0: current value is 0",
  );
  assertThrows(() => log({ maxBytes: 1.5 }), RangeError, "maxBytes");
});
