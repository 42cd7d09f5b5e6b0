import { join } from "node:path";

/**
 * A model a test makes itself: a folder like those of transformers models, whose ONNX graph looks each token up in a table
 * (`last_hidden_state = Gather(table, input_ids)`), written as protobuf by hand.
 */
export interface TinyModel {
  /** A vector each, in the order of the ids: 0 `[PAD]`, 1 `[UNK]`, 2 `[CLS]`, 3 `[SEP]`, then `words`. */
  table: number[][];
  words: string[];
  /** Beside `input_ids`. @default attention_mask, token_type_ids */
  inputs?: string[];
  config?: Record<string, unknown>;
  /** @default onnx/model.onnx */
  file?: string;
}

const SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"];

export async function writeTinyModel(folder: string, model: TinyModel): Promise<void> {
  const file = join(folder, model.file ?? "onnx/model.onnx");
  await Deno.mkdir(join(file, ".."), { recursive: true });
  await Deno.writeFile(file, onnx(model.table, model.inputs ?? ["attention_mask", "token_type_ids"]));
  const write = (name: string, value: unknown) =>
    Deno.writeTextFile(join(folder, name), JSON.stringify(value));
  await write("config.json", { model_type: "bert", max_position_embeddings: 16, ...model.config });
  await write("tokenizer.json", tokenizer(model.words));
}

function tokenizer(words: string[]): unknown {
  const special = (id: number) => ({
    id,
    content: SPECIAL[id],
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  });
  const token = (id: string) => ({ SpecialToken: { id, type_id: 0 } });
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: SPECIAL.map((_, id) => special(id)),
    normalizer: {
      type: "BertNormalizer",
      clean_text: true,
      handle_chinese_chars: true,
      strip_accents: null,
      lowercase: true,
    },
    pre_tokenizer: { type: "BertPreTokenizer" },
    post_processor: {
      type: "TemplateProcessing",
      single: [token("[CLS]"), { Sequence: { id: "A", type_id: 0 } }, token("[SEP]")],
      pair: [],
      special_tokens: {
        "[CLS]": { id: "[CLS]", ids: [2], tokens: ["[CLS]"] },
        "[SEP]": { id: "[SEP]", ids: [3], tokens: ["[SEP]"] },
      },
    },
    decoder: { type: "WordPiece", prefix: "##", cleanup: true },
    model: {
      type: "WordPiece",
      unk_token: "[UNK]",
      continuing_subword_prefix: "##",
      max_input_chars_per_word: 100,
      vocab: Object.fromEntries([...SPECIAL, ...words].map((word, id) => [word, id])),
    },
  };
}

const FLOAT = 1;
const INT64 = 7;

/** onnx.proto, the few fields that are needed. */
function onnx(table: number[][], otherInputs: string[]): Uint8Array<ArrayBuffer> {
  const width = table[0]!.length;
  const weights = message(
    varint(1, table.length),
    varint(1, width),
    varint(2, FLOAT),
    text(8, "table"),
    bytes(9, new Uint8Array(Float32Array.from(table.flat()).buffer)),
  );
  const node = message(
    text(1, "table"),
    text(1, "input_ids"),
    text(2, "last_hidden_state"),
    text(3, "lookup"),
    text(4, "Gather"),
  );
  const graph = message(
    bytes(1, node),
    text(2, "tiny"),
    bytes(5, weights),
    ...["input_ids", ...otherInputs].map((name) => bytes(11, value(name, INT64, ["batch", "sequence"]))),
    bytes(12, value("last_hidden_state", FLOAT, ["batch", "sequence", width])),
  );
  return message(varint(1, 8), bytes(7, graph), bytes(8, message(text(1, ""), varint(2, 17))));
}

function value(name: string, type: number, shape: (string | number)[]): Uint8Array<ArrayBuffer> {
  const dims = shape.map((dim) => bytes(1, message(typeof dim === "number" ? varint(1, dim) : text(2, dim))));
  const tensor = message(varint(1, type), bytes(2, message(...dims)));
  return message(text(1, name), bytes(2, message(bytes(1, tensor))));
}

function message(...fields: number[][]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(fields.flat());
}

function varint(field: number, number: number): number[] {
  return [...encoded(field << 3), ...encoded(number)];
}

function bytes(field: number, content: Uint8Array): number[] {
  return [...encoded(field << 3 | 2), ...encoded(content.length), ...content];
}

function text(field: number, content: string): number[] {
  return bytes(field, new TextEncoder().encode(content));
}

function encoded(number: number): number[] {
  const parts: number[] = [];
  for (; number > 127; number = Math.floor(number / 128)) parts.push(number % 128 | 128);
  return [...parts, number];
}
