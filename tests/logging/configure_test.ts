import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { configureLogging, getLogger, logEvent, withLogContext } from "../../src/logging/mod.ts";

/** Logs through `work` and gives back what stderr and app.log received, line by line. */
async function logged(
  options: Partial<Parameters<typeof configureLogging>[0] & object>,
  work: () => void | Promise<void>,
): Promise<{ stderr: string[]; appLog: string[] }> {
  const folder = await Deno.makeTempDir({ prefix: "tutti-log-" });
  try {
    let stderr = "";
    {
      await using _logging = configureLogging({
        file: { path: `${folder}/app.log` },
        stderr: (text) => stderr += text,
        ...options,
      });
      await work();
    }
    const appLog = await Deno.readTextFile(`${folder}/app.log`).catch(() => "");
    return { stderr: stderr.split("\n").slice(0, -1), appLog: appLog.split("\n").slice(0, -1) };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const logger = getLogger(["tutti", "queue"]);

for (const format of ["json", "pretty"] as const) {
  Deno.test(`logEvent() reads "event key=value" on stderr (${format}) and in app.log`, async () => {
    const { stderr, appLog } = await logged({ format }, () => {
      logEvent(logger, "info", "application_starting", { version: "0.1.0" });
      logEvent(logger, "info", "task_queue_started", { workers: 4 });
      logEvent(logger, "warning", "chromadb_unavailable", { reason: "needs glibc 2.38", skipped: undefined });
      logEvent(logger, "info", "application_started");
    });
    for (const lines of [stderr, appLog]) {
      assertStringIncludes(lines[0]!, "application_starting version=0.1.0");
      assertStringIncludes(lines[1]!, "task_queue_started workers=4");
      assertStringIncludes(
        lines[2]!.replaceAll('\\"', '"'),
        'chromadb_unavailable reason="needs glibc 2.38"',
      );
      assertMatch(lines[3]!, /application_started("|$)/);
      assertEquals(lines.length, 4);
    }
    const { ts, level, category, message, workers } = JSON.parse(appLog[1]!);
    assertMatch(ts, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    assertEquals([level, category, message, workers], [
      "info",
      "tutti.queue",
      "task_queue_started workers=4",
      4,
    ]);
    if (format === "pretty") {
      assertMatch(stderr[1]!, /Z INFO {4}tutti\.queue {2}task_queue_started workers=4$/);
    }
  });
}

Deno.test("configureLogging() logs nothing below its level, and nothing after it is disposed", async () => {
  const { stderr } = await logged({ level: "warning" }, () => {
    logEvent(logger, "info", "quiet");
    logEvent(logger, "error", "loud");
  });
  logEvent(logger, "error", "after_the_end");
  assertEquals(stderr.length, 1);
});

Deno.test("records carry the request and task id of the context they were made in, across awaits", async () => {
  const { appLog } = await logged({}, async () => {
    await withLogContext({ request_id: "req_7" }, async () => {
      await Promise.resolve();
      logEvent(logger, "info", "inside", { url: "http://h/" });
    });
    logEvent(logger, "info", "outside", { task_id: "t1" });
  });
  const [inside, outside] = appLog.map((line) => JSON.parse(line));
  assertEquals([inside.message, inside.request_id], ["inside url=http://h/ request_id=req_7", "req_7"]);
  assertEquals([outside.task_id, outside.request_id], ["t1", undefined]);
});

Deno.test("no secret reaches stderr or app.log, whichever way it is logged", async () => {
  for (const format of ["json", "pretty"] as const) {
    const { stderr, appLog } = await logged({ format, secrets: ["hunter2hunter2"] }, () => {
      logEvent(logger, "info", "fields", {
        authorization: "s3cr3t",
        nested: { token: "s3cr3t" },
        ok: "visible",
      });
      logEvent(logger, "info", "says hunter2hunter2", { note: "and hunter2hunter2" });
      logEvent(logger, "error", "failed", { error: new Error("hunter2hunter2 at http://u:s3cr3t@h/") });
      logger.info("template {password} and {headers}", {
        password: "s3cr3t",
        headers: { "x-api-key": "s3cr3t" },
      });
      logger.info`tagged ${{ cookie: "s3cr3t" }} ${"http://u:s3cr3t@h/"}`;
    });
    const all = [...stderr, ...appLog].join("\n");
    assertStringIncludes(all, "visible");
    assert(!all.includes("s3cr3t") && !all.includes("hunter2"), all);
  }
});

Deno.test("what a stranger sent begins no line of its own and sends no control character", async () => {
  const odd = "a\nFAKE line\r\x1b[31mred\x9b\u2028\u202e";
  const { stderr, appLog } = await logged({ format: "pretty" }, () => {
    logEvent(logger, "info", "odd", { odd, [odd]: 1 });
    logger.info(odd);
    logEvent(logger, "error", "failed", { error: new Error(odd) });
  });
  assertEquals(appLog.length, 3);
  assertEquals(JSON.parse(appLog[0]!).odd, odd);
  // deno-lint-ignore no-control-regex
  for (const line of stderr) assert(!/[\x00-\x1f\x7f-\x9f\u2028\u202e]/.test(line), JSON.stringify(line));
  assertEquals(stderr.filter((line) => !line.startsWith("    at ")).length, 3);
});

Deno.test("a field named like a member of the line does not replace it", async () => {
  const { appLog } = await logged(
    {},
    () => logEvent(logger, "info", "x", { ts: "t", level: "l", message: "m" }),
  );
  const line = JSON.parse(appLog[0]!);
  assertEquals([line.level, line.field_level, line.field_ts, line.field_message], ["info", "l", "t", "m"]);
});

Deno.test("an app.log that cannot be written is told once on stderr, and stops nothing", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/logs`, "");
    let stderr = "";
    await using logging = configureLogging({
      format: "json",
      file: { path: `${folder}/logs/app.log` },
      stderr: (text) => stderr += text,
    });
    for (let i = 0; i < 3; i++) {
      logEvent(logger, "info", "working", { i });
      await logging.flush();
    }
    assertEquals(stderr.match(/log_file_failing/g)?.length, 1);
    assertEquals(stderr.match(/working/g)?.length, 3);
    assertEquals(logging.stats()?.dropped, 3);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("logging needs no environment and no permission but its folder, and its last lines survive an exit", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const script = `
      import { configureLogging, getLogger, logEvent } from ${
      JSON.stringify(import.meta.resolve("../../src/logging/mod.ts"))
    };
      const logging = configureLogging({ file: { path: ${JSON.stringify(`${folder}/app.log`)} } });
      logEvent(getLogger(["tutti"]), "info", "task_queue_started", { workers: 4 });
      await logging[Symbol.asyncDispose]();
    `;
    await Deno.writeTextFile(`${folder}/main.ts`, script);
    const config = new URL("../../deno.json", import.meta.url).pathname;
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-prompt", "--no-check", "--config", config]
        .concat([`--allow-read=${folder}`, `--allow-write=${folder}`, `${folder}/main.ts`]),
      env: { NO_COLOR: "1" },
    }).output();
    const said = new TextDecoder().decode(stderr);
    assert(success, said);
    assertStringIncludes(said, '"message":"task_queue_started workers=4"'); // not a terminal: JSON
    assertStringIncludes(await Deno.readTextFile(`${folder}/app.log`), "task_queue_started workers=4");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
