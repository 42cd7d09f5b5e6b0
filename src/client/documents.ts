import type { AcceptedDocument, Document, DocumentList, NewDocument, WholeDocument } from "./api_types.ts";
import type { Calls } from "./calls.ts";
import { pathOf, type RouteAnswer, type RouteQuery } from "./routes.ts";
import type { CallOptions } from "./transport.ts";

/** What is said of a file that is handed in. */
export type DocumentAbout = RouteQuery<"POST /api/documents">;
type Filter = RouteQuery<"GET /api/documents">;

/** What can be found by a search. */
export class Documents {
  readonly #calls: Calls;

  constructor(calls: Calls) {
    this.#calls = calls;
  }

  /** Hands a text, Markdown or HTML in. It can be found once its task has ended. */
  async add(body: NewDocument, options: CallOptions = {}): Promise<AcceptedDocument> {
    return await this.#calls.request("POST /api/documents", { body, ...options });
  }

  /** Hands a file in: its type (`application/pdf`, `text/markdown`, `text/html`, `text/plain`) says how it is read. */
  async addFile(file: Blob, about: DocumentAbout = {}, options: CallOptions = {}): Promise<AcceptedDocument> {
    return await this.#calls.transport.json({
      method: "POST",
      path: pathOf("/api/documents", {}, about),
      body: file,
      headers: { "content-type": file.type },
      ...options,
    });
  }

  /** One page. */
  async list(query: Filter = {}, options: CallOptions = {}): Promise<DocumentList> {
    return await this.#calls.request("GET /api/documents", { query, ...options });
  }

  /** All of them, page after page. */
  each(query: Filter = {}, options: CallOptions = {}): AsyncGenerator<Document, void, void> {
    return this.#calls.each("GET /api/documents", "documents", { query, ...options });
  }

  async get(document_id: string, options: CallOptions = {}): Promise<WholeDocument> {
    return await this.#calls.request("GET /api/documents/{document_id}", {
      path: { document_id },
      ...options,
    });
  }

  async remove(
    document_id: string,
    options: CallOptions = {},
  ): Promise<RouteAnswer<"DELETE /api/documents/{document_id}">> {
    return await this.#calls.request("DELETE /api/documents/{document_id}", {
      path: { document_id },
      ...options,
    });
  }

  /** Takes out all that meet the conditions; at least one is needed. */
  async removeAll(
    query: RouteQuery<"DELETE /api/documents">,
    options: CallOptions = {},
  ): Promise<RouteAnswer<"DELETE /api/documents">> {
    return await this.#calls.request("DELETE /api/documents", { query, ...options });
  }
}
