import type { ToThread } from "./protocol.ts";
import { ThreadServer } from "./server.ts";

/** The thread of the queue's file (`ThreadedTaskStore`). */
interface ThreadScope {
  postMessage(message: unknown): void;
  onmessage: ((event: MessageEvent<ToThread>) => void) | null;
}

const scope = globalThis as unknown as ThreadScope;
const server = new ThreadServer((message) => scope.postMessage(message));
scope.onmessage = (event) => void server.take(event.data);
