import { messageOf, ServiceError } from "../../platform/errors.ts";
import { SqliteCrawlBook } from "../adapters/sqlite_crawl_book.ts";
import { FrontierCore } from "../frontier_core.ts";
import type { FromFrontier, ToFrontier } from "./protocol.ts";

/** The composition root of the frontier's thread: the file of crawls and what reads links, off the serving thread. */
interface ThreadScope {
  postMessage(message: FromFrontier): void;
  onmessage: ((event: MessageEvent<ToFrontier>) => void) | null;
}

const scope = globalThis as unknown as ThreadScope;
let book: SqliteCrawlBook | undefined;
let core: FrontierCore | undefined;

scope.onmessage = ({ data: message }) => {
  switch (message.kind) {
    case "open":
      try {
        core = new FrontierCore(book = new SqliteCrawlBook(message.path));
        scope.postMessage({ kind: "opened" });
      } catch (error) {
        scope.postMessage({ kind: "refused", message: messageOf(error) });
      }
      return;
    case "call": {
      const { id, method, args } = message;
      try {
        const run = core![method] as (...args: unknown[]) => unknown;
        scope.postMessage({ kind: "value", id, value: run.apply(core, args) });
      } catch (error) {
        const code = error instanceof ServiceError ? error.code : undefined;
        scope.postMessage({ kind: "error", id, error: { code, message: messageOf(error) } });
      }
      return;
    }
    case "close":
      book?.[Symbol.dispose]();
      scope.postMessage({ kind: "closed" });
  }
};
