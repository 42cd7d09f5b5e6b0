import { type Config, type SettingName, SETTINGS } from "./schema.ts";

/** Every problem of the environment at once, in words for the person who set it. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(
      `Cannot start: ${problems.length} setting${problems.length === 1 ? " is" : "s are"} wrong\n` +
        problems.map((problem) => `  ${problem}`).join("\n") +
        "\nRun with --help for the list of settings.",
    );
    this.problems = problems;
  }
}

/** Settings whose value must never be printed. */
const SECRET: ReadonlySet<SettingName> = new Set(["API_KEYS", "WEBHOOK_SECRET"]);

/**
 * Reads each setting through `get` (an empty value counts as unset, as compose files write it) and returns the
 * frozen config.
 * @throws {ConfigError} with every bad value, not just the first.
 */
export function loadConfig(get: (name: SettingName) => string | undefined): Config {
  const values: Partial<Record<SettingName, unknown>> = {};
  const problems: string[] = [];
  for (const { name, schema } of SETTINGS) {
    const text = get(name) || undefined;
    const parsed = schema.safeParse(text);
    if (parsed.success) {
      values[name] = parsed.data;
      continue;
    }
    const shown = SECRET.has(name) ? "" : `: current value is ${JSON.stringify(text)}`;
    for (const issue of parsed.error.issues) problems.push(`${name} ${issue.message}${shown}`);
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return Object.freeze(values) as Config;
}
