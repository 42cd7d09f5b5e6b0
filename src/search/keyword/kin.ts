import { familyOf } from "../../platform/words/family.ts";
import { isHebrew, withoutPrefixes, withPrefixes } from "../../platform/words/hebrew.ts";
import { skeletonOf, soundOf } from "../../platform/words/sound.ts";
import type { WordReader } from "../word_port.ts";
import { oneSlipAway, slipsBetween } from "./edit_distance.ts";

/** A term that stands for a word of the query, and how well: 1 is the word itself. */
export interface Form {
  term: string;
  weight: number;
}

const WEIGHTS = {
  hebrewPrefix: 0.85,
  hebrewFamily: 0.3,
  family: 0.7,
  model: 0.6,
  sameSound: 0.6,
  nearSound: 0.3,
  typo: 0.8,
};
const MAX_FORMS = 24;
const MAX_SOUNDS = 200;
const MAX_PREFIXED = 3_000;
const MAX_CORRECTIONS = 3;

/** The forms of a word that the vocabulary has, itself always first. */
export function formsOf(
  reader: WordReader,
  generation: number,
  term: string,
  wholes: readonly string[],
): Form[] {
  const forms = new Map<string, number>([[term, 1]]);
  const add = (terms: Iterable<string>, weight: number) => {
    for (const other of terms) {
      if (forms.size >= MAX_FORMS) return;
      forms.set(other, Math.max(weight, forms.get(other) ?? 0));
    }
  };
  if (wholes.length > 0) add(reader.known(generation, wholes), 1);
  if (isHebrew(term)) {
    if (term.length > 1) {
      const bases = [term, ...reader.known(generation, withoutPrefixes(term))];
      add(bases, WEIGHTS.hebrewPrefix);
      add(reader.known(generation, bases.flatMap(withPrefixes)), WEIGHTS.hebrewPrefix);
      if (term.length > 2) {
        const families = new Set(bases.filter(({ length }) => length > 2).map(familyOf));
        add(reader.familyTerms(generation, [...families], MAX_FORMS), WEIGHTS.hebrewFamily);
      }
    }
  } else if (/^[a-z]+$/.test(term)) {
    if (term.length > 2) add(reader.familyTerms(generation, [familyOf(term)], MAX_FORMS), WEIGHTS.family);
  } else if (term.length >= 4 && /[a-z]/.test(term) && /\d/.test(term)) {
    const longer = reader.prefixTerms(generation, term, MAX_FORMS);
    add(longer.filter((other) => other.length <= term.length + 2), WEIGHTS.model);
  }
  for (const { term: name, weight } of namesakes(reader, generation, term)) add([name], weight);
  return [...forms].map(([term, weight]) => ({ term, weight }));
}

/** Terms of the other script that sound the same. */
function namesakes(reader: WordReader, generation: number, term: string): Form[] {
  const sounds = [term, ...withoutPrefixes(term).filter(({ length }) => length > 2)].map(soundOf)
    .filter((sound) => sound !== undefined && skeletonOf(sound).length >= 2) as string[];
  if (sounds.length === 0) return [];
  const isFromHebrew = isHebrew(term);
  const names: Form[] = [];
  for (const name of reader.skeletonTerms(generation, sounds.map(skeletonOf), MAX_SOUNDS)) {
    if (isHebrew(name) === isFromHebrew) continue;
    const sound = soundOf(name)!;
    if (sounds.includes(sound)) names.push({ term: name, weight: WEIGHTS.sameSound });
    // two consonants alone are shared by too many words
    else if (skeletonOf(sound).length > 2 && sounds.some((other) => slipsBetween(sound, other, 1) <= 1)) {
      names.push({ term: name, weight: WEIGHTS.nearSound });
    }
  }
  if (isFromHebrew) return names;
  // Hebrew writes what stands before a name together with it
  const prefixed = names.flatMap(({ term, weight }) =>
    reader.known(generation, withPrefixes(term)).map((other) => ({ term: other, weight }))
  );
  return [...names, ...prefixed];
}

/** What a word that nobody has was meant to be. Numbers and models are never corrected: another number is another thing. */
export function correctionsOf(reader: WordReader, generation: number, term: string): Form[] {
  if (term.length < 4 || term.length > 30 || !(isHebrew(term) || /^[a-z]+$/.test(term))) return [];
  let near = reader.known(generation, oneSlipAway(term));
  if (near.length === 0 && term.length >= 8) {
    near = reader.prefixTerms(generation, term.slice(0, 3), MAX_PREFIXED)
      .filter((other) => slipsBetween(term, other, 2) <= 2);
  }
  return near.sort((left, right) =>
    Math.abs(left.length - term.length) - Math.abs(right.length - term.length)
  )
    .slice(0, 12).map((other) => ({ term: other, weight: WEIGHTS.typo }));
}

export { MAX_CORRECTIONS };
