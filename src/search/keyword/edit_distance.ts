const LATIN = "abcdefghijklmnopqrstuvwxyz";
const HEBREW = "אבגדהוזחטיכלמנסעפצקרשת";

/** Every word one slip away: a letter dropped, added, changed, or two swapped. */
export function oneSlipAway(word: string): string[] {
  const alphabet = /^[a-z]+$/.test(word) ? LATIN : HEBREW;
  const words = new Set<string>();
  for (let at = 0; at <= word.length; at++) {
    const head = word.slice(0, at);
    const tail = word.slice(at);
    if (tail.length > 0) words.add(head + tail.slice(1));
    if (tail.length > 1) words.add(head + tail[1] + tail[0] + tail.slice(2));
    for (const letter of alphabet) {
      words.add(head + letter + tail);
      if (tail.length > 0) words.add(head + letter + tail.slice(1));
    }
  }
  words.delete(word);
  return [...words];
}

/** Slips between two words; `most` + 1 where there are more than `most`. */
export function slipsBetween(left: string, right: string, most: number): number {
  if (Math.abs(left.length - right.length) > most) return most + 1;
  let before: number[] = [];
  let row = Array.from({ length: right.length + 1 }, (_, at) => at);
  for (let i = 1; i <= left.length; i++) {
    const next = [i];
    for (let j = 1; j <= right.length; j++) {
      let least = Math.min(
        row[j]! + 1,
        next[j - 1]! + 1,
        row[j - 1]! + (left[i - 1] === right[j - 1] ? 0 : 1),
      );
      if (i > 1 && j > 1 && left[i - 1] === right[j - 2] && left[i - 2] === right[j - 1]) {
        least = Math.min(least, before[j - 2]! + 1);
      }
      next.push(least);
    }
    if (Math.min(...next) > most) return most + 1;
    before = row;
    row = next;
  }
  return Math.min(row[right.length]!, most + 1);
}
