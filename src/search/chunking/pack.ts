import { COST_OF_TOKEN } from "./token_estimate.ts";

/** A part of a source that is not to be cut further. */
export interface Unit {
  start: number;
  /** Where the next begins, white space between included, if they are to go on as one text. */
  end: number;
  /** Hundredths of a token, what joins it to the one before included; more than 0. */
  cost: number;
  /** How bad a cut before it would be. @default 0 */
  hold?: number;
  /** Must not stand with the one before. */
  apart?: boolean;
}

/** A passage smaller than this share of the limit is a crumb. */
export const CRUMB_SHARE = 1 / 4;
/** A cut is made once a passage has this share of the limit. */
const FULL_SHARE = 1 / 2;
const CRUMB_BADNESS = 3;
const HASHED_CHARS = 48;

/**
 * Groups of neighbours, none above `limit` (hundredths of a token) but a unit that is so alone.
 *
 * Of the places where a group that is at least half full may end, the best is taken, and of equal ones that before the
 * unit whose text has the least hash: a place of the text's own, whatever stands before it. So an edit moves the cuts round
 * it and not all that follow, and what is indexed again is little. Reads some more than a group ahead, no more.
 */
export function* pack<U extends Unit>(source: string, units: Iterable<U>, limit: number): Generator<U[]> {
  const crumb = limit * CRUMB_SHARE;
  const coming = units[Symbol.iterator]();
  let held: U[] = [];
  let heldCost = 0;
  let ended = false;
  for (;;) {
    while (!ended && heldCost <= limit + crumb) {
      const next = coming.next();
      if (next.done) ended = true;
      else {
        held.push(next.value);
        heldCost += next.value.cost;
      }
    }
    if (held.length === 0) return;
    const count = cutPlace(source, held, { limit, crumb, heldCost, ended });
    const group = held.slice(0, count);
    held = held.slice(count);
    for (const unit of group) heldCost -= unit.cost;
    yield group;
  }
}

function cutPlace(
  source: string,
  held: readonly Unit[],
  { limit, crumb, heldCost, ended }: { limit: number; crumb: number; heldCost: number; ended: boolean },
): number {
  let fitting = 1;
  let cost = held[0]!.cost;
  while (fitting < held.length && !held[fitting]!.apart && cost + held[fitting]!.cost <= limit) {
    cost += held[fitting++]!.cost;
  }
  if (fitting === held.length || held[fitting]!.apart) return fitting;
  let best = fitting;
  let least = Infinity, leastHash = Infinity;
  for (let count = fitting; count > 0; cost -= held[--count]!.cost) {
    if (count < fitting && cost < limit * FULL_SHARE) break;
    const next = held[count]!;
    const after = held[count + 1];
    let badness = next.hold ?? 0;
    if (ended && heldCost - cost < crumb) badness += CRUMB_BADNESS;
    // One that would stand alone, too small, before a large one.
    if (count < fitting && next.cost < crumb && after && next.cost + after.cost > limit) {
      badness += CRUMB_BADNESS;
    }
    if (badness > least) continue;
    const hash = hashOf(source, next);
    if (badness === least && hash >= leastHash) continue;
    best = count;
    least = badness;
    leastHash = hash;
  }
  return best;
}

/** FNV-1a of the beginning. */
function hashOf(source: string, { start, end }: Unit): number {
  let hash = 0x811c9dc5;
  const to = Math.min(end, start + HASHED_CHARS);
  for (let at = start; at < to; at++) hash = Math.imul(hash ^ source.charCodeAt(at), 0x01000193);
  // Its last bits alone would hardly mix.
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return (hash ^ (hash >>> 13)) >>> 0;
}

/** What a blank line between two blocks costs. */
export const JOINT_COST = COST_OF_TOKEN;
