import type { Command } from "commander";
import type { SystemStatus } from "../../client/mod.ts";
import { EXIT, UsageError } from "../exit.ts";
import type { Run, Session } from "../session.ts";
import { paintStatus } from "../text/paint.ts";
import { oneLine } from "../text/plain.ts";

interface Finding {
  check: string;
  level: "ok" | "warn" | "fail";
  message: string;
}

const ROOT = new URL("../../../", import.meta.url);

/** `tutti doctor [FOLDER]` */
export function doctorCommand(program: Command, run: Run): void {
  program.command("doctor")
    .summary("what is wrong, and what helps")
    .description(
      "What the service says of itself and its parts. With FOLDER, the DATA_DIR of an installation on this machine: " +
        "what its files say (the same as deno task doctor).",
    )
    .argument("[folder]")
    .action(run(async (session, folder: string | undefined) => {
      return folder === undefined ? await askService(session) : await examine(session, folder);
    }));
}

async function askService({ client, out, signal }: Session): Promise<number> {
  const findings = findingsOf(await client.status({ signal }));
  const isWell = findings.every(({ level }) => level !== "fail");
  if (out.isJson) out.json({ ok: isWell, checks: findings });
  else {
    for (const { check, level, message } of findings) {
      const word = level === "fail" ? "FAIL" : level;
      out.line(`${paintStatus(out.paint, word, word.padEnd(4))}  ${check.padEnd(9)} ${oneLine(message)}`);
    }
  }
  return isWell ? EXIT.done : EXIT.problem;
}

/** What is degraded serves on: a warning. A part that is off was turned off. */
function findingsOf({ status, version, components }: SystemStatus): Finding[] {
  const parts = Object.entries(components).map(([check, part]): Finding => {
    const { status, reason } = part as { status: string; reason?: string };
    const level = ["ok", "off", "connected"].includes(status)
      ? "ok"
      : ["degraded", "starting"].includes(status)
      ? "warn"
      : "fail";
    return { check, level, message: reason === undefined ? status : `${status}: ${reason}` };
  });
  const { accepted, counts } = components.queue;
  const sum = Object.values(counts).reduce((total, count) => total + count, 0);
  return [
    { check: "service", level: status === "ok" ? "ok" : "warn", message: `Tutti ${version}: ${status}` },
    ...parts,
    {
      check: "books",
      level: sum === accepted ? "ok" : "fail",
      message: `${accepted} tasks accepted, ${sum} accounted for`,
    },
  ];
}

/** In a process of its own: it looks at more than the command line may. */
async function examine({ out }: Session, folder: string): Promise<number> {
  if (Deno.build.standalone) {
    throw new UsageError(
      "Cannot look at a folder as the program must run from its source: deno task doctor does it",
    );
  }
  const { code } = await new Deno.Command("deno", {
    args: ["run", "-q", "-P=doctor", "src/doctor/main.ts", ...(out.isJson ? ["--json"] : [])],
    cwd: ROOT.pathname,
    env: { DATA_DIR: folder.startsWith("/") ? folder : `${Deno.cwd()}/${folder}` },
    stdin: "null",
    stdout: "inherit",
    stderr: "inherit",
  }).spawn().status;
  return code;
}
