const MAX_LENGTH = 300;

/**
 * What a server says of why it refused, in one line for an operator: the message of the usual JSON shapes
 * (`{"error":{"message"}}`, `{"error":""}`, `{"message"}`, `{"detail"}`), else the text. `secret` never stands in it:
 * servers are known to quote the key they did not like.
 */
export function serverWords(body: string, secret?: string): string {
  let words = messageIn(body) ?? body;
  if (secret) words = words.replaceAll(secret, "[key]");
  words = words.slice(0, 4 * MAX_LENGTH).replaceAll(/\s+/g, " ").trim();
  return words.length > MAX_LENGTH ? `${words.slice(0, MAX_LENGTH).toWellFormed()}...` : words;
}

function messageIn(body: string): string | undefined {
  try {
    const parsed: unknown = JSON.parse(body);
    const places = [
      fieldOf(fieldOf(parsed, "error"), "message"),
      ...["error", "message", "detail"].map((n) => fieldOf(parsed, n)),
    ];
    return places.find((place) => typeof place === "string" && place !== "") as string | undefined;
  } catch {
    return undefined;
  }
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
