import { isSecret } from "./load.ts";
import { type Config, type SettingName, SETTINGS } from "./schema.ts";

/** A setting as it may be shown to a person. */
export interface SettingInForce {
  name: SettingName;
  /** As it would be written; `set` for a secret, undefined for what is not set. */
  value: string | undefined;
  /** As the table of settings has it. */
  fallback: string;
  /** The value is another than without any setting. */
  changed: boolean;
  secret: boolean;
  meaning: string;
}

/** What the service was started with, in the order of the table, without what is secret. */
export function settingsInForce(config: Config): SettingInForce[] {
  return SETTINGS.map(({ name, shown, meaning, schema }) => {
    const value: unknown = config[name];
    const secret = isSecret(name);
    const text = written(value);
    return {
      name,
      value: text === undefined ? undefined : secret ? "set" : withoutCredentials(text),
      fallback: shown.replaceAll("`", ""),
      changed: JSON.stringify(value) !== JSON.stringify(schema.parse(undefined)),
      secret,
      meaning,
    };
  });
}

/** As in the environment; undefined for nothing. */
function written(value: unknown): string | undefined {
  if (value === undefined || value === null || value === "") return undefined;
  if (typeof value === "boolean") return value ? "on" : "off";
  if (!Array.isArray(value)) return typeof value === "object" ? JSON.stringify(value) : String(value);
  return value.length === 0 ? undefined : value.map((each) => written(each)).join(",");
}

/** URLs may carry a user's password, and a key in their query. */
function withoutCredentials(text: string): string {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(text) || !URL.canParse(text)) return text;
  const url = new URL(text);
  if (url.username === "" && url.password === "" && url.search === "") return text;
  if (url.username !== "") url.username = "***";
  if (url.password !== "") url.password = "***";
  if (url.search !== "") url.search = "?***";
  return url.href;
}
