import { assert, assertEquals } from "@std/assert";
import { chartLines } from "../../../src/metrics/report/chart.ts";
import { renderReport } from "../../../src/metrics/report/render.ts";
import { reportOf } from "../../../src/metrics/report/report.ts";
import { DAY, temporaryFolder, writeLines } from "./files.ts";

Deno.test("chartLines() draws in eighths of a line: the largest fills it, the least is seen, nothing is empty", () => {
  const lines = chartLines({
    title: "t",
    values: [0, null, 0.001, 8, 16, 12],
    height: 2,
    shown: String,
    ends: ["a", "z"],
  });
  assertEquals(lines, [
    "t",
    "16 ┤    █▄",
    " 0 ┤  ▁███",
    "    a    z",
  ]);
  const empty = chartLines({ title: "t", values: [0, null], height: 2, shown: String, ends: ["a", "z"] });
  assertEquals(empty, ["t", "0 ┤", "0 ┤", "   a z"]);
});

Deno.test("renderReport() tells of requests, tasks and errors, and lets nothing of a file at the terminal", async () => {
  await using folder = await temporaryFolder();
  await writeLines(folder.path, { startMs: DAY, count: 1000, stepMs: 1000 });
  await Deno.writeTextFile(
    `${folder.path}/metrics.jsonl`,
    '{"ts":"2026-01-31T00:00:01.000Z","kind":"request","method":"GET","route":"/\\u001b[2J\\u202e","status":200,"duration_ms":1}\n',
    { append: true },
  );
  const text = renderReport(await reportOf(folder.path, { fromMs: DAY, toMs: DAY + 3_600_000 }, 60));
  for (
    const pattern of [
      /^2026-01-31 00:00 to 2026-01-31 01:00 UTC\n1,001 lines of 1 file\n/,
      /requests a second, each bar 60 s\n0\.82 ┤█+/,
      /GET \/health +800 +20 +2\.\d\d ms/,
      /all +801 +20 /,
      /scrape +100 +100 +0 +0 +5\.\d\d ms/,
      /timeout +100/,
      /GET \/\?\[2J\? +1 /,
    ]
  ) assert(pattern.test(text), `${pattern} in\n${text}`);
  // deno-lint-ignore no-control-regex
  assert(!/[\x00-\x09\x0b-\x1f\u202e]/.test(text));
  const none = renderReport(await reportOf(folder.path, { fromMs: 0, toMs: 1000 }, 60));
  assert(none.includes("Nothing happened"), none);
});
