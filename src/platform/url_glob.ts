/**
 * Patterns on URLs: `*` is any run of characters, `$` at the end is the end, everything else is itself. One that begins
 * with `/` is looked for at the start of path and query, any other one at the start of the whole URL. The words are those
 * of robots.txt; matching is linear, so no pattern of a caller can hold a thread.
 */
export interface UrlGlobs {
  include: readonly string[];
  exclude: readonly string[];
}

/** Whether a URL matches one of `include` (where there are any) and none of `exclude`. */
export function passesGlobs(url: URL, { include, exclude }: UrlGlobs): boolean {
  if (exclude.some((glob) => matchesGlob(url, glob))) return false;
  return include.length === 0 || include.some((glob) => matchesGlob(url, glob));
}

export function matchesGlob(url: URL, glob: string): boolean {
  return matchesPattern(glob.startsWith("/") ? url.pathname + url.search : url.href, glob);
}

/** Greedy over the pieces between the stars: the first place a piece fits is the best one, so no step is taken back. */
export function matchesPattern(text: string, pattern: string): boolean {
  const anchored = pattern.endsWith("$");
  const pieces = (anchored ? pattern.slice(0, -1) : pattern).split("*");
  const head = pieces[0]!;
  if (!text.startsWith(head)) return false;
  let at = head.length;
  if (pieces.length === 1) return !anchored || at === text.length;
  const tail = pieces.pop()!;
  for (const piece of pieces.slice(1)) {
    const found = text.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  if (anchored) return text.length - tail.length >= at && text.endsWith(tail);
  return text.indexOf(tail, at) >= 0;
}
