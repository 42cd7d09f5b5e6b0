import { readFileSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { messageOf } from "../../platform/errors.ts";
import { EmbedderError } from "../embedding_port.ts";
import { type Prefixes, prefixesOf } from "./prefixes.ts";
import { modelFileIn } from "./transformers_id.ts";

/** Attention costs the square of a text's length, and passages are shorter. */
const MAX_TOKENS = 2048;
const DEFAULT_TOKENS = 512;

/** What a model's folder says of it. */
export interface ModelFolder {
  weights: Uint8Array;
  /** Weights kept beside the graph, by the name the graph calls them. */
  externalData: { path: string; data: Uint8Array }[];
  tokenizer: unknown;
  tokenizerConfig: unknown;
  prefixes: Prefixes;
  /** Longest text, special tokens included. */
  maxTokens: number;
  /** How the vectors of its tokens become one. */
  pooling: "mean" | "first";
  padId: number;
}

type Json = Record<string, unknown>;

/**
 * Reads the folder of a transformers model: `config.json`, `tokenizer.json`, the graph, and what sentence-transformers
 * writes beside them where it is there.
 * @throws {EmbedderError} it is incomplete or cannot be read
 */
export function readModelFolder(modelDir: string): ModelFolder {
  const file = modelFileIn(modelDir);
  try {
    const read = (name: string) => JSON.parse(readFileSync(join(modelDir, name), "utf8")) as Json;
    const readIfThere = (name: string): Json =>
      statSync(join(modelDir, name), { throwIfNoEntry: false })?.isFile() ? read(name) : {};
    const config = read("config.json");
    const tokenizer = read("tokenizer.json");
    const tokenizerConfig = readIfThere("tokenizer_config.json");
    const sentences = readIfThere("sentence_bert_config.json");
    const pooling = readIfThere("1_Pooling/config.json");
    const data = `${file}_data`;
    return {
      weights: readFileSync(file),
      externalData: statSync(data, { throwIfNoEntry: false })?.isFile()
        ? [{ path: basename(data), data: readFileSync(data) }]
        : [],
      tokenizer,
      tokenizerConfig,
      prefixes: prompted(readIfThere("config_sentence_transformers.json")) ??
        prefixesOf(`${config._name_or_path ?? ""} ${basename(resolve(modelDir))}`),
      maxTokens: Math.min(
        MAX_TOKENS,
        positive(sentences.max_seq_length) ?? positive(tokenizerConfig.model_max_length) ?? DEFAULT_TOKENS,
        positionsOf(config) ?? MAX_TOKENS,
      ),
      pooling: pooling.pooling_mode_cls_token === true ? "first" : "mean",
      padId: typeof config.pad_token_id === "number" ? config.pad_token_id : 0,
    };
  } catch (error) {
    throw new EmbedderError(`Cannot read the model in ${modelDir}: ${messageOf(error)}`, {
      retryable: false,
      cause: error,
    });
  }
}

/** Models of RoBERTa's kind count positions from behind the padding id: two of the table are no places. */
function positionsOf(config: Json): number | undefined {
  const positions = positive(config.max_position_embeddings);
  const isRoberta = typeof config.model_type === "string" && config.model_type.includes("roberta");
  return positions === undefined ? undefined : isRoberta ? positions - 2 : positions;
}

function positive(value: unknown): number | undefined {
  return typeof value === "number" && value > 0
    ? Math.floor(Math.min(value, Number.MAX_SAFE_INTEGER))
    : undefined;
}

/** `prompts` of sentence-transformers, where they name one for queries or for documents. */
function prompted(config: Json): Prefixes | undefined {
  const prompts = config.prompts as Record<string, unknown> | undefined;
  const text = (...names: string[]) =>
    names.map((name) => prompts?.[name]).find((prompt) => typeof prompt === "string") as string | undefined;
  const query = text("query");
  const document = text("document", "passage");
  return query === undefined && document === undefined || `${query ?? ""}${document ?? ""}` === ""
    ? undefined
    : { query: query ?? "", document: document ?? "" };
}
