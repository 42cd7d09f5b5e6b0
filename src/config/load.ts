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
const SECRET: ReadonlySet<SettingName> = new Set([
  "API_KEYS",
  "WEBHOOK_SECRET",
  "CHROMA_TOKEN",
  "EMBEDDINGS_API_KEY",
  "LLM_API_KEY",
]);

/** Whether a setting's value must never be shown. */
export function isSecret(name: SettingName): boolean {
  return SECRET.has(name);
}

/** Settings of which one is nothing without the other. */
const PAIRS: readonly [SettingName, SettingName][] = [
  ["EMBEDDINGS_URL", "EMBEDDINGS_MODEL"],
  ["LLM_URL", "LLM_MODEL"],
];

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
  for (const [one, other] of PAIRS) {
    const given = [one, other].filter((name) => (get(name) || undefined) !== undefined);
    if (given.length === 1) {
      problems.push(`${given[0]} goes with ${given[0] === one ? other : one}: set both, or none`);
    }
  }
  if ((get("EMBEDDINGS_URL") || "") !== "" && (get("EMBEDDINGS_MODEL_DIR") || "") !== "") {
    problems.push("EMBEDDINGS_MODEL_DIR cannot stand beside EMBEDDINGS_URL: set one of them");
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return Object.freeze(values) as Config;
}

/** Every secret of the settings, as it must not stand in a log. */
export function secretsOf(config: Config): string[] {
  const { API_KEYS, WEBHOOK_SECRET, CHROMA_TOKEN, EMBEDDINGS_API_KEY, LLM_API_KEY } = config;
  return [
    ...API_KEYS.map(({ secret }) => secret),
    ...[WEBHOOK_SECRET, CHROMA_TOKEN, EMBEDDINGS_API_KEY, LLM_API_KEY].filter((secret) =>
      secret !== undefined
    ),
  ];
}
