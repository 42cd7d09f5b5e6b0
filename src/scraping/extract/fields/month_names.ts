/** Names of the months by language, as Intl has them; few languages come up in one process. */
const known = new Map<string, ReadonlyMap<string, number>>();
const MAX_KNOWN = 50;

/** Month by its name in lower case, long and short, alone and within a date: of English and of a page's language. */
export function monthNames(language: string | undefined): ReadonlyMap<string, number> {
  const key = language ?? "en";
  const kept = known.get(key);
  if (kept !== undefined) return kept;
  const names = new Map<string, number>([["sept", 9]]);
  for (const each of new Set(["en", key])) addNames(names, each);
  if (known.size >= MAX_KNOWN) known.clear();
  known.set(key, names);
  return names;
}

/** Whether a language writes `11/24/2026`. */
export function namesMonthFirst(language: string | undefined): boolean {
  if (language === undefined) return false;
  try {
    const parts = new Intl.DateTimeFormat(language, { calendar: "gregory" }).formatToParts(0);
    return parts.find(({ type }) => type === "day" || type === "month")?.type === "month";
  } catch {
    return false; // no language
  }
}

function addNames(names: Map<string, number>, language: string): void {
  for (const month of ["long", "short"] as const) {
    // With a day beside it many languages bend the name (noyabr, noyabrya).
    for (const options of [{ month }, { month, day: "numeric" }] as const) {
      let format: Intl.DateTimeFormat;
      try {
        format = new Intl.DateTimeFormat(language, { ...options, calendar: "gregory", timeZone: "UTC" });
      } catch {
        return; // no language
      }
      for (let index = 0; index < 12; index++) {
        const parts = format.formatToParts(Date.UTC(2024, index, 15));
        const name = parts.find(({ type }) => type === "month")?.value.toLowerCase().replace(/\.$/, "");
        if (name === undefined || !/^\p{L}[\p{L}\p{M}]*$/u.test(name)) continue;
        names.set(name, index + 1);
        // Hebrew joins "in" to the name.
        if (/^[\u05d0-\u05ea]/.test(name)) names.set(`ב${name}`, index + 1);
      }
    }
  }
}
