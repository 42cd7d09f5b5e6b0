import type { Config } from "../../config/schema.ts";
import { ServiceError } from "../../platform/errors.ts";
import type { NewDocument } from "../../search/port.ts";
import type { HttpContext } from "../context.ts";
import { readBody } from "../middleware/body_limits.ts";
import type { ReadJson } from "../routes/route.ts";
import {
  type DocumentAbout,
  documentAbout,
  documentOf,
  newDocument,
  withAbout,
} from "../schemas/document.ts";
import { essenceOf, inUtf8, typeOfFile, typeOfHeader } from "./document_type.ts";
import { type FormPart, multipartParts } from "./multipart.ts";
import { UploadRoom } from "./upload_room.ts";

/** What a form has beside its file. */
const FORM_BYTES = 64 * 1024;
const FORM = { maxParts: 32, maxHeaderBytes: 4096 };
const MAX_FIELD_BYTES = 9000;
/** Largest documents that may be in hand at one time. */
const DOCUMENTS_IN_HAND = 4;
const strict = new TextDecoder("utf-8", { fatal: true });

type Settings = Pick<Config, "UPLOAD_MAX_BYTES" | "BODY_MAX_BYTES" | "BODY_TIMEOUT_MS">;

/** Reads documents that are handed in, in any of the three ways. */
export class DocumentReader {
  readonly #readJson: ReadJson;
  readonly #maxBytes: number;
  readonly #timeoutMs: number;
  readonly #room: UploadRoom;

  constructor(settings: Settings, readJson: ReadJson) {
    this.#readJson = readJson;
    this.#maxBytes = settings.UPLOAD_MAX_BYTES;
    // A larger body may take longer: the least pace that is asked of any other body.
    this.#timeoutMs = Math.round(
      settings.BODY_TIMEOUT_MS * Math.max(1, settings.UPLOAD_MAX_BYTES / settings.BODY_MAX_BYTES),
    );
    this.#room = new UploadRoom(DOCUMENTS_IN_HAND * (this.#maxBytes + FORM_BYTES));
  }

  /**
   * @param about what the query says of it; what the body says goes before that
   * @param take what is done with the document while there is room for it
   * @throws {ServiceError} invalid_request, not_json, unsupported_media_type, body_too_large, request_timeout, unavailable
   */
  async read<T>(
    c: HttpContext,
    about: DocumentAbout,
    take: (document: NewDocument) => Promise<T>,
  ): Promise<T> {
    const contentType = c.req.raw.headers.get("content-type") ?? "";
    const essence = essenceOf(contentType);
    if (essence === "application/json") {
      return await take(withAbout(documentOf(newDocument.parse(await this.#readJson(c))), about));
    }
    const isForm = essence === "multipart/form-data";
    const type = typeOfHeader(contentType);
    if (!isForm && type === undefined) {
      throw new ServiceError(
        "unsupported_media_type",
        "Send JSON, multipart/form-data, or the document itself as application/pdf, text/markdown, text/html or text/plain",
      );
    }
    const maxBytes = this.#maxBytes + (isForm ? FORM_BYTES : 0);
    using _room = this.#room.take(sizeOf(c.req.raw, maxBytes));
    const bytes = await readBody(c.req.raw, { maxBytes, timeoutMs: this.#timeoutMs });
    return await take(
      isForm
        ? this.#ofForm(multipartParts(bytes, contentType, FORM), about)
        : withAbout(documentOfBytes(type!, bytes, contentType), about),
    );
  }

  #ofForm(parts: FormPart[], about: DocumentAbout): NewDocument {
    let file: FormPart | undefined;
    const fields = new Map<string, string[]>();
    for (const part of parts) {
      if (part.name !== "file") {
        fields.set(part.name, [...fields.get(part.name) ?? [], fieldText(part)]);
      } else if (file === undefined) {
        file = part;
      } else {
        throw refusal("file", "must be one file: there are more");
      }
    }
    if (file === undefined) throw refusal("file", "must be given");
    if (file.bytes.byteLength > this.#maxBytes) {
      throw new ServiceError("body_too_large", `The file is larger than ${this.#maxBytes} bytes`);
    }
    const own = documentAbout.parse(Object.fromEntries(
      [...fields].map(([name, values]) => [name, name === "tags" ? values.join(",") : only(name, values)]),
    ));
    return withAbout(documentOfBytes(typeOfFile(file), file.bytes, file.contentType, "file"), {
      ...about,
      ...own,
    });
  }
}

/** Bytes to make room for: as announced, else as many as may come. */
function sizeOf(request: Request, maxBytes: number): number {
  const announced = request.headers.get("content-length");
  return announced === null ? maxBytes : Math.min(Number(announced), maxBytes);
}

function documentOfBytes(type: string, bytes: Uint8Array, contentType?: string, path = ""): NewDocument {
  if (bytes.byteLength === 0) throw refusal(path, "must not be empty");
  return { contentType: type, bytes: type === "application/pdf" ? bytes : inUtf8(bytes, contentType) };
}

/** A field's text. A path is the caller's own word: made of `__proto__` or of a kilobyte it is no field of ours. */
function fieldText({ name, bytes }: FormPart): string {
  const path = name.slice(0, 64);
  if (bytes.byteLength > MAX_FIELD_BYTES) throw refusal(path, `must be at most ${MAX_FIELD_BYTES} bytes`);
  try {
    return strict.decode(bytes);
  } catch {
    throw refusal(path, "must be UTF-8");
  }
}

function only(name: string, values: string[]): string {
  if (values.length > 1) throw refusal(name.slice(0, 64), "must be given once");
  return values[0]!;
}

function refusal(path: string, message: string): ServiceError {
  const where = path === "" ? "the body" : path;
  return new ServiceError("invalid_request", `The request is not valid: ${where}: ${message}`, {
    fields: [{ path, message }],
  });
}
