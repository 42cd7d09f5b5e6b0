import { assertEquals } from "@std/assert";
import { ApiDocument } from "../contract/api_document.ts";
import { passage, storedDocument } from "../fakes/fake_search.ts";
import { client } from "./client.ts";

Deno.test("what the routes of search answer is as the document says, with every field there can be", async () => {
  const { app, call, deps } = client();
  const document = new ApiDocument((await call("/openapi.json")).body as never);
  const all = { url: "u", title: "T", brand: "b", tags: ["t"], kind: "product" };
  const { search } = deps;
  search.all.push(storedDocument("doc_1", { ...all, language: "he", contentType: "text/html" }));
  search.answer = {
    ...search.answer,
    passages: [passage({ ...all, page: 1, vectorRank: 2 }), passage({ keywordRank: undefined })],
    pages: [{ documentId: "doc_1", url: "u", title: "T", brand: "b", score: 1, passages: ["doc_1-a"] }],
    degraded: true,
    degradedReason: "r",
    corrections: [{ from: "a", to: ["b"] }],
    cached: true,
    ageS: 1,
  };
  search.begun = { batchId: "b", documents: 1 };
  Object.assign(search.state, {
    rebuild: { generation: 2, documents: 1, batchId: "b" },
    languages: { he: 1 },
  });
  search.state.vectorSync = { state: "waiting", reason: "r", retryAtMs: 1, written: 0, embedded: 0 };
  const post = (json: unknown) => ({
    method: "POST",
    body: JSON.stringify(json),
    headers: { "content-type": "application/json" },
  });
  for (
    const [pattern, status, path, init = {}] of [
      ["/api/search", 200, "/api/search", post({ query: "x", group_by: "page" })],
      ["/api/search", 200, "/api/search?q=x"],
      ["/api/search", 422, "/api/search"],
      ["/api/documents", 202, "/api/documents", post({ text: "x" })],
      ["/api/documents", 415, "/api/documents", {
        method: "POST",
        body: "x",
        headers: { "content-type": "a/b" },
      }],
      ["/api/documents", 200, "/api/documents"],
      ["/api/documents/{document_id}", 200, "/api/documents/doc_1"],
      ["/api/documents/{document_id}", 404, "/api/documents/none"],
      ["/api/documents/{document_id}", 200, "/api/documents/doc_1", { method: "DELETE" }],
      ["/api/documents", 200, "/api/documents?brand=b", { method: "DELETE" }],
      ["/api/index", 200, "/api/index"],
      ["/api/index/books", 200, "/api/index/books?deep=true"],
      ["/api/index/rebuild", 202, "/api/index/rebuild", post({})],
      ["/api/ask", 200, "/api/ask", post({ question: "x" })],
      ["/api/ask", 200, "/api/ask", post({ question: "x", stream: false })],
      ["/health", 200, "/health"],
      ["/api/system/status", 200, "/api/system/status"],
    ] as [string, number, string, RequestInit?][]
  ) {
    const info = { remoteAddr: { transport: "tcp", hostname: "127.0.0.1", port: 50_000 } };
    const response = await app.request(path, init, info as never);
    const text = await response.text();
    assertEquals(response.status, status, `${path} ${text}`);
    assertEquals(document.faults(init.method ?? "GET", pattern, response, text), [], path);
  }
});
