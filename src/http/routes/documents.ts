import { createRoute, z } from "@hono/zod-openapi";
import { ServiceError } from "../../platform/errors.ts";
import type { HttpApp } from "../context.ts";
import type { HttpDeps } from "../deps.ts";
import { DocumentReader } from "../documents/read_document.ts";
import { replyAccepted, replyJson } from "../reply.ts";
import {
  acceptedDocument,
  documentAbout,
  documentBody,
  documentFilterOf,
  documentForm,
  documentList,
  documentQuery,
  documentRemoval,
  newDocument,
  rawDocument,
  removedDocuments,
  wholeDocument,
  wholeDocumentBody,
} from "../schemas/document.ts";
import { problems } from "../schemas/problem.ts";
import { documentId } from "../schemas/passage.ts";
import { refuseWhenStopping } from "./intake.ts";
import { nextUrl } from "./next_url.ts";
import { addRoute, jsonAnswer, OWN_BODY, type ReadJson } from "./route.ts";
import { refuseWhenOff } from "./search_off.ts";

const tags = ["documents"];
const params = z.object({ document_id: documentId });
const path = "/api/documents/{document_id}";
const raw = { schema: rawDocument };

/** The refusals of a body that may be of several types, in words of its own. */
function uploadProblems() {
  const refusals = problems([
    "body_too_large",
    "unsupported_media_type",
    "request_timeout",
    "queue_full",
    "unavailable",
    "storage_full",
  ]);
  refusals[413]!.description =
    "`body_too_large`: a document beyond UPLOAD_MAX_BYTES, or JSON beyond BODY_MAX_BYTES";
  refusals[415]!.description =
    "`unsupported_media_type`: JSON, a form, or PDF, Markdown, HTML and text themselves are taken";
  refusals[408]!.description =
    "`request_timeout`: the body did not arrive within BODY_TIMEOUT_MS, times as many as UPLOAD_MAX_BYTES is larger " +
    "than BODY_MAX_BYTES";
  return refusals;
}

/** Documents of the caller's own, and what is known of all documents. */
export function documentRoutes(app: HttpApp, deps: HttpDeps, readJson: ReadJson): void {
  const { search, config } = deps;
  const reader = new DocumentReader(config, readJson);

  addRoute(
    app,
    createRoute({
      method: "post",
      path: "/api/documents",
      tags,
      summary: "Hand in a document",
      description:
        "As JSON, as a form with one `file`, or as the document itself with what is said of it in the query. 202 means " +
        "that it is on disk; a task reads it. The same document again costs nothing and makes no second one, so no " +
        "Idempotency-Key is needed here, and none is looked at.",
      request: {
        query: documentAbout,
        body: {
          required: true,
          content: {
            "application/json": { schema: newDocument },
            "multipart/form-data": { schema: documentForm },
            "application/pdf": raw,
            "text/markdown": raw,
            "text/html": raw,
            "text/plain": raw,
          },
        },
      },
      responses: {
        202: jsonAnswer("Accepted; `Location` is the task", acceptedDocument),
        ...uploadProblems(),
      },
    }),
    async (c) => {
      refuseWhenStopping(deps);
      refuseWhenOff(search);
      const { documentId, taskId } = await reader.read(
        c,
        c.req.valid("query"),
        (document) => search.addDocument(document, { requestId: c.env.requestId }),
      );
      return replyAccepted(c, { document_id: documentId, task_id: taskId, status: "queued" }, {
        location: `/api/tasks/${taskId}`,
        replayed: false,
      });
    },
    OWN_BODY,
  );

  addRoute(
    app,
    createRoute({
      method: "get",
      path: "/api/documents",
      tags,
      summary: "List documents",
      description: "Those that every condition given holds for.",
      request: { query: documentQuery },
      responses: { 200: jsonAnswer("A page", documentList), ...problems(["unavailable"]) },
    }),
    async (c) => {
      refuseWhenOff(search);
      const { limit, cursor, ...conditions } = c.req.valid("query");
      const page = await search.documents({ ...documentFilterOf(conditions), limit, cursor });
      return replyJson(c, {
        documents: page.documents.map((document) => documentBody(document)),
        next: nextUrl(c.req.url, page.nextCursor),
      });
    },
  );

  addRoute(
    app,
    createRoute({
      method: "delete",
      path: "/api/documents",
      tags,
      summary: "Take out all documents that conditions hold for",
      description:
        "At least one condition; those given must all hold. Gone from words at once, from Chroma as soon as it answers. " +
        "Nothing found is no error: `documents` is 0.",
      request: { query: documentRemoval },
      responses: {
        200: jsonAnswer("How many went", removedDocuments),
        ...problems(["unavailable", "storage_full"]),
      },
    }),
    async (c) => {
      refuseWhenOff(search);
      const { documents, chunks } = await search.removeDocuments(documentFilterOf(c.req.valid("query")));
      return replyJson(c, { documents, chunks });
    },
  );

  addRoute(
    app,
    createRoute({
      method: "get",
      path,
      tags,
      summary: "A document: its text, and the passages it is cut into",
      description: "The text as it was indexed, and each passage as a search would give it.",
      request: { params },
      responses: {
        200: jsonAnswer("The document", wholeDocument),
        ...problems(["not_found", "unavailable"]),
      },
    }),
    async (c) => {
      refuseWhenOff(search);
      return replyJson(c, wholeDocumentBody(await search.document(c.req.valid("param").document_id)));
    },
  );

  addRoute(
    app,
    createRoute({
      method: "delete",
      path,
      tags,
      summary: "Take out a document",
      description: "A page that is scraped again comes back: leave it out of its crawl too.",
      request: { params },
      responses: {
        200: jsonAnswer("How much went", removedDocuments),
        ...problems(["not_found", "unavailable", "storage_full"]),
      },
    }),
    async (c) => {
      refuseWhenOff(search);
      const { document_id } = c.req.valid("param");
      const { documents, chunks } = await search.removeDocuments({ documentId: document_id });
      if (documents === 0) throw new ServiceError("not_found", `There is no document ${document_id}`);
      return replyJson(c, { documents, chunks });
    },
  );
}
