/** What a server of the OpenAI shape answered is not what was asked for. */
export class BadAnswerError extends Error {
  override readonly name = "BadAnswerError";
}

/**
 * The vectors of an `/embeddings` answer, as they came (not normalised), in the order of the texts: `index` says which is
 * whose, as servers that batch answer out of order. Numbers come as an array or as base64 of little-endian float32.
 * @throws {BadAnswerError} it is not JSON, or vectors are missing, of different lengths, empty or not finite
 */
export function readEmbeddings(body: string, count: number): Float32Array[] {
  const data = dataOf(body);
  if (data.length !== count) throw new BadAnswerError(`${data.length} vectors for ${count} texts`);
  const vectors = new Array<Float32Array | undefined>(count);
  data.forEach((entry, place) => {
    const { index, embedding } = entry ?? {};
    const at = index ?? place;
    if (!Number.isInteger(at) || (at as number) < 0 || (at as number) >= count) {
      throw new BadAnswerError(`a vector of text ${String(at)} of ${count}`);
    }
    if (vectors[at as number] !== undefined) throw new BadAnswerError(`two vectors of text ${String(at)}`);
    vectors[at as number] = numbersOf(embedding);
  });
  const whole = vectors as Float32Array[];
  const length = whole[0]?.length ?? 0;
  for (const vector of whole) {
    if (vector.length !== length) {
      throw new BadAnswerError(`vectors of ${length} and of ${vector.length} numbers`);
    }
  }
  return whole;
}

interface Entry {
  index?: unknown;
  embedding?: unknown;
}

function dataOf(body: string): (Entry | null)[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    throw new BadAnswerError("no JSON");
  }
  const data = (parsed as { data?: unknown } | null)?.data;
  if (!Array.isArray(data)) throw new BadAnswerError("no list called `data`");
  return data;
}

function numbersOf(embedding: unknown): Float32Array {
  const vector = typeof embedding === "string"
    ? ofBase64(embedding)
    : Array.isArray(embedding) && embedding.every((number) => typeof number === "number")
    ? Float32Array.from(embedding as number[])
    : undefined;
  if (vector === undefined || vector.length === 0) throw new BadAnswerError("a vector without numbers");
  if (!vector.every(Number.isFinite)) throw new BadAnswerError("a vector with what is no finite number");
  return vector;
}

function ofBase64(text: string): Float32Array {
  let bytes: Uint8Array;
  try {
    bytes = Uint8Array.fromBase64(text);
  } catch {
    throw new BadAnswerError("a vector that is not base64");
  }
  if (bytes.length % 4 !== 0) throw new BadAnswerError("a vector that is not of float32 numbers");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float32Array.from({ length: bytes.length / 4 }, (_, i) => view.getFloat32(4 * i, true));
}
