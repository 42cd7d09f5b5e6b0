/**
 * One vector a text from one a token: the mean of those of its own tokens (padding left out), or the first.
 * @param states texts x tokens x dimensions; `lengths`: tokens of each text that are its own
 */
export function pool(
  states: Float32Array,
  options: { lengths: readonly number[]; tokens: number; dimensions: number; pooling: "mean" | "first" },
): Float32Array[] {
  const { lengths, tokens, dimensions, pooling } = options;
  return lengths.map((length, text) => {
    const start = text * tokens * dimensions;
    if (pooling === "first") return states.slice(start, start + dimensions);
    const vector = new Float32Array(dimensions);
    for (let token = 0; token < length; token++) {
      const at = start + token * dimensions;
      for (let i = 0; i < dimensions; i++) vector[i]! += states[at + i]!;
    }
    for (let i = 0; i < dimensions; i++) vector[i]! /= length;
    return vector;
  });
}
