import { parseFrozen } from "./frozen_json.ts";
import type { JsonCache } from "./port.ts";
import { isRemembered, rememberError, reviveError } from "./remembered_error.ts";
import { SingleFlight } from "./single_flight.ts";

export interface CachedOptions<A, T> {
  /** Where results are kept; a `Cache` also counts the callers that shared a computation. */
  cache: JsonCache & { noteCoalesced?(): void };
  /** The key, or how to make it of the input. Functions that may meet in one cache need keys that do not. */
  key: string | ((input: A) => string);
  /** Seconds a result is fresh. */
  maxAgeS: number | ((value: T) => number);
  /** Further seconds a result is served at once while one caller's worth of renewal runs behind it. @default 0 */
  staleS?: number;
  /**
   * Seconds a failure is remembered and thrown again without another try; also how long a failed renewal waits before
   * the next. Aborts and interruptions are never remembered. @default 0
   */
  negativeMaxAgeS?: number;
  /** Whether a result is kept. @default all are */
  shouldCache?: (value: T) => boolean;
  tags?: readonly string[] | ((input: A) => readonly string[]);
}

/** What a cached function is called with besides its input. */
export interface CallOptions {
  signal?: AbortSignal;
}

/** One set of flights for each cache, so that two wrappers with one key share a computation as they share its result. */
const flightsOf = new WeakMap<JsonCache, SingleFlight>();
/** Renewals that failed: not before then again. */
const renewalsNotBefore = new WeakMap<JsonCache, Map<string, number>>();

/**
 * `fn` with its results kept. Callers of one key at one time share one run of `fn`; its signal aborts when all of them
 * have left by theirs. Results come as JSON gives them back, frozen (dates are text, `undefined` fields are gone): the
 * same from the first call as from the hundredth. `undefined` is returned but not kept.
 *
 * A stale result is served at once and renewed in the background; where that fails, it is served until `staleS` ends.
 */
export function cached<A, T>(
  fn: (input: A, options: { signal: AbortSignal }) => T | Promise<T>,
  options: CachedOptions<A, T>,
): (input: A, options?: CallOptions) => Promise<T> {
  const { cache, key, maxAgeS, staleS = 0, negativeMaxAgeS = 0, shouldCache = () => true, tags = [] } =
    options;
  for (const [name, value] of Object.entries({ maxAgeS, staleS, negativeMaxAgeS })) {
    if (typeof value === "number" && !(value >= 0)) {
      throw new RangeError(`Cannot cache as '${name}' must be at least 0: current value is ${value}`);
    }
  }
  const flights = of(flightsOf, cache, () => new SingleFlight());
  const notBefore = of(renewalsNotBefore, cache, () => new Map<string, number>());

  return async function cachedCall(input: A, { signal }: CallOptions = {}): Promise<T> {
    signal?.throwIfAborted();
    const k = typeof key === "string" ? key : key(input);
    const found = await cache.get<T>(k, { allowStale: true });
    signal?.throwIfAborted();
    if (found === undefined || (found.stale && isRemembered(found.value))) {
      if (flights.has(k)) cache.noteCoalesced?.();
      return flights.run(k, (flightSignal) => compute(k, input, flightSignal, true), { signal });
    }
    if (isRemembered(found.value)) throw reviveError(found.value);
    if (found.stale) renew(k, input);
    return found.value;
  };

  async function compute(k: string, input: A, signal: AbortSignal, rememberFailure: boolean): Promise<T> {
    let result: T;
    try {
      result = await fn(input, { signal });
    } catch (error) {
      const remembered = signal.aborted ? undefined : rememberError(error);
      if (rememberFailure && negativeMaxAgeS > 0 && remembered) {
        await cache.set(k, remembered, { maxAgeS: negativeMaxAgeS, tags: tagsOf(input) });
      }
      throw error;
    }
    const text = JSON.stringify(result);
    if (text === undefined) return result;
    const value = parseFrozen(text).value as T;
    // Everyone has left: what came all the same is good, and the next caller will not have to ask again.
    if (!isRemembered(value) && shouldCache(value)) {
      const ageS = typeof maxAgeS === "function" ? maxAgeS(value) : maxAgeS;
      await cache.set(k, value, { maxAgeS: ageS, staleS, tags: tagsOf(input) });
    }
    return value;
  }

  function renew(k: string, input: A): void {
    const nowMs = performance.now();
    if (flights.has(k) || nowMs < (notBefore.get(k) ?? 0)) return;
    notBefore.delete(k);
    flights.run(k, (signal) => compute(k, input, signal, false)).catch(() => {
      // The stale value stands; the failure shows when it has run out.
      if (negativeMaxAgeS === 0) return;
      for (const [other, untilMs] of notBefore) if (untilMs <= nowMs) notBefore.delete(other);
      notBefore.set(k, performance.now() + negativeMaxAgeS * 1000);
    });
  }

  function tagsOf(input: A): readonly string[] {
    return typeof tags === "function" ? tags(input) : tags;
  }
}

function of<V>(map: WeakMap<JsonCache, V>, cache: JsonCache, make: () => V): V {
  let value = map.get(cache);
  if (value === undefined) map.set(cache, value = make());
  return value;
}
