/** Brings a vector to length 1, in place; undefined where it has no direction (all zero, or beyond all bounds). */
export function unitVector(vector: Float32Array): Float32Array | undefined {
  let sum = 0;
  for (const number of vector) sum += number * number; // float64: the square of a float32 does not overflow
  const length = Math.sqrt(sum);
  if (!(length > 0 && Number.isFinite(length))) return undefined;
  for (let i = 0; i < vector.length; i++) vector[i] = vector[i]! / length;
  return vector;
}
