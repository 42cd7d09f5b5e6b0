import { ID_PATTERN, randomSuffix } from "../../platform/ids.ts";

/** Every two characters of the id alphabet, by their 10 bits. */
const PAIRS: readonly string[] = pairs();
const LAST = 2 ** 20 - 1;
let head = "";
let used = LAST;

/** The caller's own request id where it is one, else a new one. */
export function requestIdOf(headers: Headers): string {
  const given = headers.get("x-request-id");
  return given !== null && ID_PATTERN.test(given) ? given : newRequestId();
}

/**
 * `req_`, 12 random characters that serve a million ids, and 4 that count: unique as a random id is, with the order of
 * arrival in the log, and without 16 draws a request.
 */
function newRequestId(): string {
  if (used === LAST) {
    head = `req_${randomSuffix(12)}`;
    used = -1;
  }
  used++;
  return head + PAIRS[used >> 10]! + PAIRS[used & 1023]!;
}

function pairs(): string[] {
  const alphabet = [..."0123456789abcdefghjkmnpqrstvwxyz"];
  return alphabet.flatMap((first) => alphabet.map((second) => first + second));
}
