/** The whole lines of a body, without their ends; one that breaks off is not given. Ends the body when it is left. */
export async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string, void, void> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let parts: string[] = []; // of the line that has not ended: joined once, however many pieces it comes in
  try {
    while (true) {
      const { value, done } = await reader.read();
      if (done) return;
      const pieces = decoder.decode(value, { stream: true }).split("\n");
      parts.push(pieces[0]!);
      for (let at = 1; at < pieces.length; at++) {
        yield parts.join("").replace(/\r$/, "");
        parts = [pieces[at]!];
      }
    }
  } finally {
    await reader.cancel().catch(() => {}); // of a connection that broke there is nothing left to cancel
  }
}

/** A server-sent event. */
export interface ServerEvent {
  /** Id to come back with, of this or of the last event that had one. */
  id: string | undefined;
  event: string;
  /** As it came: JSON text. */
  data: string;
}

/** The events of a `text/event-stream`. Comments and retry times are left out. */
export async function* serverEventsOf(
  body: ReadableStream<Uint8Array>,
): AsyncGenerator<ServerEvent, void, void> {
  let id: string | undefined;
  let event = "message";
  let data: string[] = [];
  for await (const line of linesOf(body)) {
    if (line === "") {
      if (data.length > 0) yield { id, event, data: data.join("\n") };
      event = "message";
      data = [];
      continue;
    }
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "data") data.push(value);
    else if (field === "event") event = value;
    else if (field === "id") id = value;
  }
}
