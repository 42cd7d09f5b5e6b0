/** Settings: one schema, one loader, two renderings. */
export { type Config, type SettingName, SETTINGS } from "./schema.ts";
export { type SettingInForce, settingsInForce } from "./in_force.ts";
export { ConfigError, loadConfig, secretsOf } from "./load.ts";
export { renderHelp, renderMarkdownTable } from "./render.ts";
