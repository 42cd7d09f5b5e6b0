import { isHebrewPrefix } from "../../platform/words/hebrew.ts";
import type { WordFields } from "../book_port.ts";
import { normalise } from "./normalise.ts";

/** A word of a text: where it stands (UTF-16 units) and the terms it is found by. */
export interface Token {
  start: number;
  end: number;
  /** Of what is put together (`FP-30X`, `aclitem_eq`) first the whole, then its parts. */
  terms: string[];
}

/** A run of one script, with what stands between it and the one before. */
interface Piece {
  start: number;
  end: number;
  text: string;
  /** Part of nothing. */
  isAlone?: true;
}

/** Niqqud and bidi marks stand inside a word and are no part of it. */
const RUN = /[\p{L}\p{N}\p{M}\u200e\u200f\u202a-\u202e\u2066-\u2069\u00ad]+/gu;
const SPACELESS = /[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]/;
const HEBREW = /^[\u0590-\u05ff\u200e\u200f\u202a-\u202e\u2066-\u2069\u00ad]+$/;
const BY_SCRIPT =
  /[\u0590-\u05ff\u200e\u200f\u202a-\u202e\u2066-\u2069\u00ad]+|[^\u0590-\u05ff\u200e\u200f\u202a-\u202e\u2066-\u2069\u00ad]+/g;
/** Joins parts that are also words. */
const CONNECTORS = new Set(["_", "-", ".", "\u2010", "\u2011", "\u05be", "/", "&"]);
const QUOTES = new Set(["'", "\u2019", "\u05f3", '"', "\u05f4", "\u201d", "''", "\u05f3\u05f3"]);
const MAX_PARTS = 6;
const MAX_WHOLE = 40;

/** The words of a text, in order. */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  let chain: Piece[] = [];
  const flush = () => {
    if (chain.length > 0) pushChain(tokens, chain, text);
    chain = [];
  };
  for (const piece of piecesOf(text)) {
    const last = chain.at(-1);
    if (piece.isAlone || last?.isAlone) flush();
    else if (last !== undefined) {
      const gap = piece.start === last.end ? "" : text.slice(last.end, Math.min(piece.start, last.end + 3));
      if (isOneWord(last.text, gap, piece.text)) {
        last.text = /^(?:s|S)$/.test(piece.text) && gap !== "," ? last.text : last.text + piece.text;
        last.end = piece.end;
        continue;
      }
      if (!(gap === "" || CONNECTORS.has(gap)) || chain.length >= MAX_PARTS) flush();
    }
    chain.push(piece);
  }
  flush();
  return tokens;
}

/** The words of a chunk as they are written and looked for. */
export function wordsOf(chunk: { title?: string; headingPath: string[]; text: string }): WordFields {
  const words = (text: string) => {
    const terms: string[] = [];
    for (const token of tokensOf(text)) terms.push(...token.terms);
    return terms.join(" ");
  };
  return {
    title: words(chunk.title ?? ""),
    headings: words(chunk.headingPath.join(" \n ")),
    body: words(chunk.text),
  };
}

function* piecesOf(text: string): Generator<Piece> {
  for (const match of text.matchAll(RUN)) {
    const start = match.index;
    const run = match[0];
    if (SPACELESS.test(run)) yield* spacelessPieces(run, start);
    else if (!/[\u0590-\u05ff]/.test(run) || HEBREW.test(run)) {
      yield { start, end: start + run.length, text: run };
    } else {
      for (const part of run.matchAll(BY_SCRIPT)) {
        yield { start: start + part.index, end: start + part.index + part[0].length, text: part[0] };
      }
    }
  }
}

/** Scripts without spaces between words: each two letters. */
function* spacelessPieces(run: string, start: number): Generator<Piece> {
  const letters = Array.from(run);
  let at = start;
  for (let place = 0; place < letters.length; place++) {
    const text = letters.slice(place, place + 2).join("");
    if (place === letters.length - 1 && place > 0) return;
    yield { start: at, end: at + text.length, text, isAlone: true };
    at += letters[place]!.length;
  }
}

/** `צה"ל`, `ג'וניור`, `user's`, `7,029`: what stands between belongs to the word. */
function isOneWord(left: string, gap: string, right: string): boolean {
  if (gap === ",") return /^\d{1,3}$|^\d{4,}$/.test(left) && /^\d{3}$/.test(right);
  if (!QUOTES.has(gap)) return false;
  const isHebrewPair = /[\u0590-\u05ff]$/.test(left) && /^[\u0590-\u05ff]/.test(right);
  return isHebrewPair || (/^['\u2019]$/.test(gap) && /\p{L}$/u.test(left) && /^\p{L}/u.test(right));
}

function pushChain(tokens: Token[], chain: Piece[], text: string): void {
  let pieces = chain;
  // `ב-25`, `הNSA`: a prefix written apart is no word
  if (pieces.length > 1 && isHebrewPrefix(normalise(pieces[0]!.text))) pieces = pieces.slice(1);
  const parts = pieces.map((piece) => normalise(piece.text)).filter((part) => part !== "");
  if (parts.length === 0) return;
  const start = pieces[0]!.start;
  const end = pieces.at(-1)!.end;
  const whole = parts.join("");
  const terms = parts.length > 1 && whole.length <= MAX_WHOLE ? [whole, ...parts] : parts;
  const model = modelOf(tokens.at(-1), parts[0]!, start, text);
  tokens.push({ start, end, terms: model === undefined ? terms : [...terms, model] });
}

/** `GTX 1080`: capitals and a number are found as `gtx1080` too. */
function modelOf(before: Token | undefined, part: string, start: number, text: string): string | undefined {
  if (before === undefined || !/^\d/.test(part) || part.length > 6) return undefined;
  if (start !== before.end + 1 || text[before.end] !== " ") return undefined;
  const name = text.slice(before.start, before.end);
  return /^[A-Z]{2,5}$/.test(name) ? name.toLowerCase() + part : undefined;
}
