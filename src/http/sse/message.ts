const encoder = new TextEncoder();

export interface SseMessage {
  /** What the client gives back as `Last-Event-ID`; without one it keeps the id it has. */
  id?: string;
  event: string;
  /** JSON text. */
  data: string;
}

/** A message of an event stream, as bytes. */
export function sseBytes({ id, event, data }: SseMessage): Uint8Array<ArrayBuffer> {
  // A line break between two tokens of JSON would end the field: each line is a field of its own.
  const lines = /[\r\n]/.test(data) ? data.replaceAll(/\r\n|\r|\n/g, "\ndata: ") : data;
  return encoder.encode(`${id === undefined ? "" : `id: ${id}\n`}event: ${event}\ndata: ${lines}\n\n`);
}

/** The first bytes of every stream: how long a client waits before it comes back. They also carry the headers out. */
export const RETRY = encoder.encode("retry: 1000\n\n");
/** Keeps proxies from ending a quiet stream, and finds out clients that have gone. */
export const HEARTBEAT = encoder.encode(": still here\n\n");

/** An id in front of a message that has none: the message is made once for all, the id is the reader's own. */
export function withId(id: string, message: Uint8Array): Uint8Array<ArrayBuffer> {
  return joined([encoder.encode(`id: ${id}\n`), message]);
}

export function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.byteLength;
  }
  return bytes;
}
