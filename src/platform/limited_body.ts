/** A body that will not end, or is longer than what was asked for can be. */
export class BodyTooLongError extends Error {
  override readonly name = "BodyTooLongError";
}

/**
 * The text of an answer, of at most `maxBytes`. The rest is not read, and the connection let go.
 * @throws {BodyTooLongError} there is more
 */
export async function limitedText(response: Response, maxBytes: number): Promise<string> {
  if (response.body === null) return "";
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const part of response.body) { // leaving the loop cancels the stream
    bytes += part.byteLength;
    if (bytes > maxBytes) {
      throw new BodyTooLongError(
        `Cannot read the answer as it must have at most ${maxBytes} bytes: there are more`,
      );
    }
    text += decoder.decode(part, { stream: true });
  }
  return text + decoder.decode();
}
