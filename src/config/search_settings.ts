import { z } from "zod";
import { MiB, type Setting, whole } from "./setting.ts";

const chromaUrl = z.string().refine(
  (text) => text === "off" || (/^https?:\/\//.test(text) && URL.canParse(text)),
  "must be off or an http(s) URL",
);

const httpUrl = z.string().refine(
  (text) => /^https?:\/\//.test(text) && URL.canParse(text),
  "must be an http(s) URL",
);

/** Settings of search: Chroma, passages, embedders, answers. */
export const searchSettings = {
  CHROMA_URL: {
    schema: chromaUrl.optional(),
    shown: "unset",
    meaning:
      "unset: a real Chroma server is started from the chromadb package, data under `DATA_DIR/chroma`; a URL: that server; `off`: no search",
  },
  CHROMA_LAUNCHER: {
    schema: z.string().transform((text) => text.split(/\s+/).filter(Boolean)).default([]),
    shown: "unset",
    meaning: "words put before the command that starts the local Chroma (a newer loader on an old host)",
  },
  CHROMA_TOKEN: {
    schema: z.string().min(1).optional(),
    shown: "unset",
    meaning: "sent to the server of `CHROMA_URL` as `Authorization: Bearer` and `X-Chroma-Token`",
  },
  CHROMA_CA_FILE: {
    schema: z.string().min(1).optional(),
    shown: "unset",
    meaning: "PEM file of a certificate authority of yours, for a `CHROMA_URL` of https",
  },
  CHROMA_TENANT: { schema: z.string().min(1).default("default_tenant"), meaning: "tenant in Chroma" },
  CHROMA_DATABASE: { schema: z.string().min(1).default("default_database"), meaning: "database in Chroma" },
  SEARCH_VECTOR_TIMEOUT_MS: {
    schema: whole(10, 60_000, 1000),
    meaning: "how long a search waits for vectors before it answers by words alone (`degraded`)",
  },
  CHUNK_MAX_TOKENS: {
    schema: whole(64, 4096, 700),
    meaning: "longest passage of a document, in tokens; a change rebuilds the index",
  },
  UPLOAD_MAX_BYTES: {
    schema: whole(1024, 256 * MiB, 32 * MiB),
    meaning: "largest document handed to `POST /api/documents`",
  },
  EMBEDDINGS_URL: {
    schema: httpUrl.optional(),
    shown: "unset",
    meaning:
      "an OpenAI-compatible server (`http://127.0.0.1:11434/v1`) that makes the vectors; unset: the embedded embedder, which needs none",
  },
  EMBEDDINGS_MODEL: {
    schema: z.string().min(1).max(200).optional(),
    shown: "unset",
    meaning: "its model; goes with `EMBEDDINGS_URL`. Another model rebuilds the index",
  },
  EMBEDDINGS_API_KEY: {
    schema: z.string().min(1).optional(),
    shown: "unset",
    meaning: "sent to `EMBEDDINGS_URL` as `Authorization: Bearer`",
  },
  EMBEDDINGS_BATCH: { schema: whole(1, 2048, 64), meaning: "texts in one request to `EMBEDDINGS_URL`" },
  EMBEDDINGS_RPM: {
    schema: whole(0, 1_000_000, 0),
    meaning: "requests a minute to `EMBEDDINGS_URL`, of the index and of searches each; 0: as many as will",
  },
  EMBEDDINGS_TIMEOUT_MS: {
    schema: whole(100, 600_000, 30_000),
    meaning: "how long one request to `EMBEDDINGS_URL` may take",
  },
  EMBEDDINGS_MODEL_DIR: {
    schema: z.string().min(1).optional(),
    shown: "unset",
    meaning:
      "folder of a transformers model you have fetched (`config.json`, `tokenizer.json`, `onnx/model.onnx`); not beside `EMBEDDINGS_URL`",
  },
  LLM_URL: {
    schema: httpUrl.optional(),
    shown: "unset",
    meaning: "an OpenAI-compatible server for `POST /api/ask`; unset: 503",
  },
  LLM_MODEL: {
    schema: z.string().min(1).max(200).optional(),
    shown: "unset",
    meaning: "its model; goes with `LLM_URL`",
  },
  LLM_API_KEY: {
    schema: z.string().min(1).optional(),
    shown: "unset",
    meaning: "sent to `LLM_URL` as `Authorization: Bearer`",
  },
  LLM_TIMEOUT_MS: {
    schema: whole(1000, 600_000, 60_000),
    meaning: "how long an answer of the model may take, first word to last",
  },
  LLM_MAX_TOKENS: {
    schema: whole(16, 32_768, 1024),
    meaning: "longest answer asked of the model, in tokens",
  },
} satisfies Record<string, Setting>;
