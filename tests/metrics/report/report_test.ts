import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { lineBatches } from "../../../src/metrics/report/read_lines.ts";
import { openMetricsFiles } from "../../../src/metrics/report/metrics_files.ts";
import { reportOf } from "../../../src/metrics/report/report.ts";
import { spanOf } from "../../../src/metrics/report/span.ts";
import { DAY, temporaryFolder, writeLines } from "./files.ts";

const HOUR = 3_600_000;
const MINUTE = 60_000;

Deno.test("spanOf() gives the last hour, a day in UTC, the last of a day; of today only what has been", () => {
  const nowMs = DAY + 10 * HOUR;
  assertEquals(spanOf({}, nowMs), { fromMs: nowMs - HOUR, toMs: nowMs + 1 });
  assertEquals(spanOf({ window: "90s" }, nowMs), { fromMs: nowMs - 90_000, toMs: nowMs + 1 });
  const day = "2026-01-30";
  assertEquals(spanOf({ day }, nowMs), { fromMs: DAY - 24 * HOUR, toMs: DAY });
  assertEquals(spanOf({ day, window: "6h" }, nowMs), { fromMs: DAY - 6 * HOUR, toMs: DAY });
  assertEquals(spanOf({ day, window: "7d" }, nowMs), { fromMs: DAY - 24 * HOUR, toMs: DAY });
  assertEquals(spanOf({ day: "2026-01-31" }, nowMs), { fromMs: DAY, toMs: nowMs + 1 });
  for (const window of ["", "1", "h", "0s", "1.5h", "-1h", "367d", "99999999d"]) {
    assertThrows(() => spanOf({ window }, nowMs), RangeError, "'--window'");
  }
  for (const day of ["", "2026-02-31", "2026-13-01", "31.1.2026", "2026-1-31", "today"]) {
    assertThrows(() => spanOf({ day }, nowMs), RangeError, "'--day'");
  }
});

Deno.test("reportOf() finds every line of rotated files, written by the service's own writer", async () => {
  await using folder = await temporaryFolder();
  await writeLines(folder.path, { startMs: DAY, count: 1000, stepMs: 10_000, maxBytes: 20_000 });
  const files = [...Deno.readDirSync(folder.path)].length;
  assert(files > 5, `${files} files`);
  const report = await reportOf(folder.path, { fromMs: DAY, toMs: DAY + 24 * HOUR }, 24);
  assertEquals([report.lines, report.unreadable_lines, report.files.length], [1000, 0, files]);
  assertEquals([report.first, report.last], ["2026-01-31T00:00:00.000Z", "2026-01-31T02:46:30.000Z"]);
  const { requests, tasks } = report;
  assertEquals([requests.total, requests.statuses], [800, { "200": 780, "500": 20 }]);
  assertEquals([requests.by_route.length, requests.by_route[0]!.errors], [1, 20]);
  assertEquals([requests.latency_ms.max, requests.latency_ms.mean], [4, 2.5]);
  assertEquals([tasks.completed, tasks.failed, tasks.by_error], [100, 100, { timeout: 100 }]);
  assertEquals([tasks.run_ms.max, tasks.wait_ms.max], [300, 5]);
  // 360 lines an hour, four fifths of them requests.
  assertEquals(report.points.map((point) => point.requests), [288, 288, 224, ...Array(21).fill(0)]);
  assertEquals(report.points.map((point) => point.completed + point.failed).slice(0, 4), [72, 72, 56, 0]);
  assertEquals(report.points[3]!.latency_p99_ms, null);
});

Deno.test("reportOf() reads files of the span only, and counts lines of the span only", async () => {
  await using folder = await temporaryFolder();
  await writeLines(folder.path, { startMs: DAY, count: 1000, stepMs: 10_000, maxBytes: 20_000 });
  const span = { fromMs: DAY + HOUR, toMs: DAY + HOUR + 10 * MINUTE };
  const report = await reportOf(folder.path, span, 10);
  assertEquals(report.lines, 60);
  assert(report.files.length >= 1 && report.files.length <= 3, report.files.join(" "));
  assertEquals(
    report.points.map((point) => point.requests + point.completed + point.failed),
    Array(10).fill(6),
  );
  const before = await reportOf(folder.path, { fromMs: DAY - HOUR, toMs: DAY }, 10);
  assertEquals([before.lines, before.first, before.requests.per_s], [0, null, 0]);
});

Deno.test("a half last line is tolerated, what is no line of ours is counted and does not stop it", async () => {
  await using folder = await temporaryFolder();
  await writeLines(folder.path, { startMs: DAY, count: 10, stepMs: 1000 });
  const ts = "2026-01-31T00:00:00.000Z";
  for (
    const line of [
      "\n",
      "not json\n",
      "null\n",
      '{"ts":"yesterday"}\n',
      `{"ts":"${ts}","kind":"task","status":"toString"}\n`,
      `{"ts":"${ts}","kind":"request","status":"200"}\n`,
      `${"x".repeat(3_000_000)}\n`,
      `{"kind":"request","ts":"${ts}","method":"GET","route":"/health","status":200,"duration_ms":1}\n`,
      '{"ts":"2026-01-31T00:00:05.000Z","kind":"requ',
    ]
  ) await Deno.writeTextFile(`${folder.path}/metrics.jsonl`, line, { append: true });
  const report = await reportOf(folder.path, { fromMs: DAY, toMs: DAY + HOUR }, 10);
  assertEquals([report.lines, report.unreadable_lines], [11, 6]);
});

Deno.test("letters that lie across two reads come out whole", async () => {
  const text = "שלום ".repeat(100_000);
  const bytes = new TextEncoder().encode(`${text}\n${text}\nhalf`);
  let at = 0;
  const file = {
    read(into: Uint8Array) {
      const part = bytes.subarray(at, at += Math.min(into.length, 1001));
      into.set(part);
      return Promise.resolve(part.length === 0 ? null : part.length);
    },
  };
  const lines: string[] = [];
  for await (const batch of lineBatches(file)) lines.push(...batch);
  assertEquals(lines, [text, text]);
});

Deno.test("a rotation while files are opened or read shows every line once", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/metrics.jsonl`;
  await Deno.writeTextFile(`${path}.1`, "old\n");
  await Deno.writeTextFile(path, "new\n");
  const files = await openMetricsFiles(folder.path);
  await Deno.rename(`${path}.1`, `${path}.2`);
  await Deno.rename(path, `${path}.1`);
  await Deno.writeTextFile(path, "newest\n");
  const seen: string[] = [];
  for (const { handle } of files) {
    for await (const lines of lineBatches(handle)) seen.push(...lines);
    handle.close();
  }
  assertEquals(seen, ["old", "new"]);
  // As seen by one that opened `metrics.jsonl` before the rotation and `metrics.jsonl.1` after it: one file, two names.
  await Deno.link(path, `${path}.3`);
  const again = await openMetricsFiles(folder.path);
  assertEquals(again.length, 3);
  for (const file of again) file[Symbol.dispose]();
});

Deno.test("an empty folder has nothing to tell, one that is not there is said so", async () => {
  await using folder = await temporaryFolder();
  await Deno.writeTextFile(`${folder.path}/app.log`, "x\n");
  await Deno.writeTextFile(`${folder.path}/metrics.jsonl`, "");
  assertEquals((await reportOf(folder.path, { fromMs: DAY, toMs: DAY + HOUR }, 10)).lines, 0);
  await assertRejects(
    () => reportOf(`${folder.path}/none`, { fromMs: 0, toMs: 1 }, 10),
    Deno.errors.NotFound,
  );
});
