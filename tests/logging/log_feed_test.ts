import { assertEquals, assertThrows } from "@std/assert";
import { configureLogging, getLogger, logEvent, LogFeed } from "../../src/logging/mod.ts";

const line = (text: string, ids: { taskId?: string; requestId?: string } = {}, level = "info") => ({
  level,
  json: JSON.stringify({ text }),
  ...ids,
});
const texts = (feed: LogFeed, after = 0, ...more: [Parameters<LogFeed["read"]>[1]?, number?]) =>
  feed.read(after, more[0] ?? {}, more[1]).lines.map(({ json }) => JSON.parse(json).text);

Deno.test("LogFeed gives lines after a position, in order, by level and ids", () => {
  const feed = new LogFeed();
  feed.append(line("a", { taskId: "t" }, "debug"));
  feed.append(line("b", { requestId: "r" }));
  feed.append(line("c", { taskId: "t", requestId: "r" }, "error"));
  assertEquals(texts(feed), ["a", "b", "c"]);
  assertEquals(texts(feed, 1), ["b", "c"]);
  assertEquals(texts(feed, 0, { level: "info" }), ["b", "c"]);
  assertEquals(texts(feed, 0, { level: "error" }), ["c"]);
  assertEquals(texts(feed, 0, { taskId: "t" }), ["a", "c"]);
  assertEquals(texts(feed, 0, { taskId: "t", requestId: "r" }), ["c"]);
  assertEquals(feed.read(3, {}), { lines: [], upTo: 3, missed: 0 });
});

Deno.test("LogFeed keeps so many lines and so many characters, and says how many a reader missed", () => {
  const feed = new LogFeed({ maxLines: 3, maxChars: 1000 });
  for (let i = 1; i <= 5; i++) feed.append(line(`${i}`));
  const { lines, upTo, missed } = feed.read(1, {});
  assertEquals([lines.map(({ position }) => position), upTo, missed], [[3, 4, 5], 5, 1]);

  const small = new LogFeed({ maxLines: 100, maxChars: 30 });
  for (let i = 1; i <= 5; i++) small.append(line("x".repeat(9)));
  assertEquals(small.read(0, {}).lines.length, 1); // 20 characters each
  small.append(line("y".repeat(99)));
  assertEquals(texts(small), ["y".repeat(99)], "the newest is kept however long it is");
  assertEquals(small.last, 6);
});

Deno.test("LogFeed gives a part at a time, and at least one line", () => {
  const feed = new LogFeed();
  for (const text of ["a", "b", "c"]) feed.append(line(text));
  const first = feed.read(0, {}, 1);
  assertEquals([first.lines.length, first.upTo], [1, 1]);
  assertEquals(texts(feed, first.upTo, {}, 1), ["b"]);
});

Deno.test("LogFeed before() finds where the last lines that fit begin", () => {
  const feed = new LogFeed({ maxLines: 4 });
  for (const [i, level] of ["error", "info", "error", "info", "error", "info"].entries()) {
    feed.append(line(`${i + 1}`, {}, level));
  }
  assertEquals(feed.before(0, {}), 6);
  assertEquals(texts(feed, feed.before(2, {})), ["5", "6"]);
  assertEquals(texts(feed, feed.before(2, { level: "error" }), { level: "error" }), ["3", "5"]);
  const all = feed.before(99, {});
  assertEquals([texts(feed, all), feed.read(all, {}).missed], [["3", "4", "5", "6"], 0]);
  assertEquals(new LogFeed().before(5, {}), 0);
});

Deno.test("LogFeed ids are of one process, and stand for positions there are", () => {
  const feed = new LogFeed();
  feed.append(line("a"));
  assertEquals(feed.positionOf(feed.idOf(1)), 1);
  for (const id of [feed.idOf(2), new LogFeed().idOf(0), "1", "", `${feed.idOf(1)}x`]) {
    assertEquals(feed.positionOf(id), undefined, id);
  }
});

Deno.test("LogFeed tells followers of lines that fit until they leave", () => {
  const feed = new LogFeed();
  let told = 0;
  const leave = feed.follow({ taskId: "t" }, () => told++);
  feed.append(line("a", { taskId: "t" }));
  feed.append(line("b"));
  leave();
  feed.append(line("c", { taskId: "t" }));
  assertEquals(told, 1);
});

Deno.test("LogFeed refuses to keep nothing", () => {
  assertThrows(() => new LogFeed({ maxLines: 0 }), RangeError, "current value is 0");
});

Deno.test("a log's level changes while it runs, for loggers there are already", async () => {
  let stderr = "";
  await using logging = configureLogging({ format: "json", stderr: (text) => stderr += text });
  const logger = getLogger(["tutti", "early"]);
  logEvent(logger, "debug", "one");
  logging.setLevel("debug");
  assertEquals(logging.level(), "debug");
  logEvent(logger, "debug", "two");
  logging.setLevel("error");
  logEvent(logger, "warning", "three");
  logEvent(logger, "error", "four");
  assertEquals(stderr.trim().split("\n").map((each) => JSON.parse(each).message), ["two", "four"]);
});

Deno.test("a log's feed has the lines as app.log has them: their ids, and no secrets, also of those found later", async () => {
  await using logging = configureLogging({ stderr: false, secrets: ["hunter2"], level: "debug" });
  const logger = getLogger(["tutti"]);
  logEvent(logger, "info", "asked", { request_id: "r", task_id: "t", token: "abc", why: "it is hunter2" });
  logEvent(logger, "info", "found", { why: 'late"secret' });
  logging.addSecret('late"secret');
  const { lines } = logging.lines.read(0, { requestId: "r", taskId: "t" });
  const { ts: _, ...first } = JSON.parse(lines[0]!.json);
  assertEquals(first, {
    level: "info",
    category: "tutti",
    message: 'asked token=[redacted] why="it is [redacted]" request_id=r task_id=t',
    request_id: "r",
    task_id: "t",
    token: "[redacted]",
    why: "it is [redacted]",
  });
  const all = logging.lines.read(0, {}).lines.map(({ json }) => JSON.parse(json));
  assertEquals([all.length, all[1].why], [2, "[redacted]"]);
});
