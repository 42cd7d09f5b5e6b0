import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { messageOf } from "../../platform/errors.ts";
import { EmbedderError } from "../embedding_port.ts";
import { embedderId } from "./embedder_id.ts";

/** Where a model lies in its folder; the first that is there. Quantised last: who has both has the better one for a reason. */
export const MODEL_FILES = [
  "onnx/model.onnx",
  "model.onnx",
  "onnx/model_quantized.onnx",
  "model_quantized.onnx",
];

/** The model's file in its folder. @throws {EmbedderError} there is none */
export function modelFileIn(modelDir: string): string {
  const file = MODEL_FILES.map((name) => join(modelDir, name)).find((path) =>
    statSync(path, { throwIfNoEntry: false })?.isFile()
  );
  if (file !== undefined) return file;
  throw new EmbedderError(
    `Cannot embed with the model in ${modelDir} as it must have one of ${
      MODEL_FILES.join(", ")
    }: none is there`,
    { retryable: false },
  );
}

/**
 * The id of the model in a folder: the folder's name, and a hash of its settings, its words and the size of its weights, so
 * that another model in the same folder is another embedder.
 * @throws {EmbedderError} the folder is incomplete
 */
export function transformersEmbedderId(modelDir: string): string {
  const file = modelFileIn(modelDir);
  try {
    const versions = ["config.json", "tokenizer.json"].map((name) =>
      createHash("sha256").update(readFileSync(join(modelDir, name))).digest("hex")
    );
    return embedderId("onnx", basename(resolve(modelDir)), ...versions, String(statSync(file).size));
  } catch (error) {
    throw new EmbedderError(
      `Cannot embed with the model in ${modelDir} as it must have config.json and tokenizer.json: ${
        messageOf(error)
      }`,
      { retryable: false, cause: error },
    );
  }
}
