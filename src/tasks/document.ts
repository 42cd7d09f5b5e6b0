import { z } from "zod";
import { TaskError } from "../platform/errors.ts";
import type { Sandbox } from "../sandbox/port.ts";
import type { IndexDocument, Upload } from "../search/index_port.ts";
import type { IndexedDocument } from "../search/port.ts";
import { defineTask, type TaskContext, type TaskDefinition } from "./define.ts";
import { readUpload } from "./read_upload.ts";

export const documentInput = z.strictObject({
  upload_id: z.string().regex(/^[A-Za-z0-9._-]{1,128}$/, "must match [A-Za-z0-9._-]{1,128}"),
});

export const documentOutput = z.object({
  document_id: z.string(),
  change: z.enum(["new", "changed", "unchanged"]),
  chunks: z.int(),
  added: z.int(),
  removed: z.int(),
  kept: z.int(),
  /** `owed`: found by its words; by its vectors once the vector database can be written to. */
  vectors: z.enum(["stored", "owed"]),
});

export interface DocumentTaskDeps {
  /** What was handed in; undefined where it is not there (any more). */
  takeUpload(uploadId: string): Promise<Upload | undefined>;
  /** Asked for at the first upload that is not plain text. */
  sandbox(): Promise<Pick<Sandbox, "put" | "extract" | "drop">>;
  /** Resolves once it can be found. @throws {DeferredError} what it needs is not to be had for a while */
  indexDocument(
    document: IndexDocument,
    options: { uploadId: string; signal: AbortSignal },
  ): Promise<IndexedDocument>;
  /** Of reading the upload. */
  timeoutMs: number;
}

export const DOCUMENT_TYPE = "document";
/** After the reading's own deadline, for what comes after it. */
const INDEX_MS = 60_000;

/** A document of the caller's own: read, in a sandbox where it is more than text, and handed to the index. */
export function createDocumentTask(
  deps: DocumentTaskDeps,
): TaskDefinition<typeof documentInput, typeof documentOutput> {
  return defineTask({
    name: DOCUMENT_TYPE,
    input: documentInput,
    output: documentOutput,
    isolation: "thread",
    load: "io",
    timeoutMs: deps.timeoutMs + INDEX_MS,
    run: ({ upload_id }, ctx) => run(upload_id, ctx, deps),
  });
}

async function run(
  uploadId: string,
  { signal }: TaskContext,
  { takeUpload, sandbox, indexDocument, timeoutMs }: DocumentTaskDeps,
): Promise<z.input<typeof documentOutput>> {
  const upload = await takeUpload(uploadId);
  if (!upload) {
    throw new TaskError("invalid_input", `Cannot index upload "${uploadId}" as it is not there`);
  }
  const document = await readUpload(upload, { sandbox, timeoutMs, signal });
  return await indexDocument(document, { uploadId, signal });
}
