import { SETTINGS } from "./schema.ts";

/** The settings as the Markdown table of the README. */
export function renderMarkdownTable(): string {
  const rows = SETTINGS.map(({ name, shown, meaning }) => {
    const value = shown.includes("`") || shown === "unset" ? shown : `\`${shown}\``;
    return `| \`${name}\` | ${value} | ${meaning} |`;
  });
  return ["| name | default | meaning |", "| --- | --- | --- |", ...rows].join("\n");
}

/** The text of `--help`. */
export function renderHelp(version: string): string {
  const plain = (text: string) => text.replaceAll("`", "");
  const width = Math.max(...SETTINGS.map(({ name }) => name.length)) + 2;
  const lines = SETTINGS.map(({ name, shown, meaning }) =>
    `  ${name.padEnd(width)}${plain(meaning)} [${plain(shown)}]`
  );
  return [
    `Tutti ${version}: queues, scrapes, caches, indexes and searches, in one process.`,
    "",
    "usage: deno task start [--help | --version]",
    "",
    "Settings are environment variables:",
    "",
    ...lines,
  ].join("\n");
}
