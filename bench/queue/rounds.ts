import type { Contestant } from "./contestants.ts";

export interface Entry<T> {
  contestant: Contestant;
  action: string;
  settings: Record<string, unknown>;
  /** What each round gave. */
  results: T[];
}

export function entry<T>(
  contestant: Contestant,
  action: string,
  settings: Record<string, unknown>,
): Entry<T> {
  return { contestant, action, settings, results: [] };
}

/**
 * Every entry once a round, the rounds one after the other, so that what disturbs the machine disturbs all of them. An
 * optional entry (`mayFail`) that fails once is left out from then on, and says why.
 */
export async function race(
  entries: readonly Entry<unknown>[],
  options: { rounds: number; mayFail: ReadonlySet<Entry<unknown>> },
): Promise<void> {
  const out = new Set<Entry<unknown>>();
  for (let round = 0; round < options.rounds; round++) {
    for (const one of entries) {
      if (out.has(one)) continue;
      try {
        one.results.push(await one.contestant.measure(one.action, one.settings));
      } catch (error) {
        if (!options.mayFail.has(one)) throw error;
        out.add(one);
        one.results.length = 0;
        console.log(
          `left out: ${one.contestant.name}: ${(error as Error).message.split("\n").slice(0, 4).join(" ")}`,
        );
      }
    }
  }
}

/** `[{ a: 1 }, { a: 2 }]` to `{ a: [1, 2] }`. */
export function columns(rows: readonly Readonly<Record<string, number>>[]): Record<string, number[]> {
  const names = Object.keys(rows[0] ?? {});
  return Object.fromEntries(names.map((name) => [name, rows.map((row) => row[name]!)]));
}
