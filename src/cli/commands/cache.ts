import type { Command } from "commander";
import { UsageError } from "../exit.ts";
import { given } from "../options.ts";
import type { Run } from "../session.ts";
import { bytesText } from "../text/figures.ts";

interface Names {
  key?: string;
  prefix?: string;
  tag?: string;
}

/** `tutti cache stats|clear` */
export function cacheCommand(program: Command, run: Run): void {
  const cache = program.command("cache").summary("what was fetched before").description("The cache.");
  cache.command("stats").summary("what it holds, and how often it helps")
    .description("What the cache holds, and how often it helps.")
    .action(run(async ({ client, out, signal }) => {
      const stats = await client.cache.stats({ signal });
      if (out.isJson) return out.json(stats);
      for (const [name, value] of Object.entries(stats)) {
        const text = value === null
          ? "-"
          : name.endsWith("_bytes")
          ? bytesText(value)
          : name === "hit_rate"
          ? `${(value * 100).toFixed(1)} %`
          : String(value);
        out.line(`${name.replace(/_bytes$/, "").replaceAll("_", " ").padEnd(12)} ${text}`);
      }
    }));
  cache.command("clear").summary("drop entries")
    .description("Drops what one key, a prefix of keys or a tag names.")
    .option("--key <key>", "this entry")
    .option("--prefix <prefix>", "every key that begins with it")
    .option("--tag <tag>", "every entry with it")
    .action(run(async ({ client, out, signal }, { key, prefix, tag }: Names) => {
      const names = given({ key, prefix, tag });
      if (Object.keys(names).length !== 1) {
        throw new UsageError(
          "Cannot clear the cache as exactly one of --key, --prefix and --tag must be given",
        );
      }
      const answer = await client.cache.clear(names, { signal });
      if (out.isJson) out.json(answer);
      else out.line(`Dropped: ${answer.deleted} entries`);
    }));
}
