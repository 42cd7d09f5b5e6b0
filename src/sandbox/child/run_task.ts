import { messageOf, TaskError } from "../../platform/errors.ts";
import type { GuardedFetchInit, TaskContext, TaskDefinition, TaskLog } from "../../tasks/define.ts";
import type { ProcessTaskRequest } from "../port.ts";
import type { FromChild } from "../protocol.ts";

/** How the child reaches its worker: one-way messages, and questions with one answer each. */
export interface TaskLine {
  tell(message: FromChild): void;
  ask(method: "fetch" | "cacheGet" | "cacheSet" | "cacheDelete", args: unknown[]): Promise<unknown>;
}

/** Runs a user's task in this process; its only ways out are `line` and the JSON that is returned. */
export async function runTask(
  id: number,
  request: ProcessTaskRequest,
  line: TaskLine,
  signal: AbortSignal,
): Promise<string> {
  const definition = await load(request);
  // The module is in; nothing it does needs a file from here on.
  await Deno.permissions.revoke({ name: "read" });
  const input = await definition.input.safeParseAsync(JSON.parse(request.inputJson));
  if (!input.success) throw new TaskError("invalid_input", messageOf(input.error), { retryable: false });
  const raw = await definition.run(input.data, contextOf(id, request, line, signal));
  signal.throwIfAborted();
  const output = await definition.output.safeParseAsync(raw);
  if (!output.success) {
    throw new TaskError("handler_error", `The result does not fit its schema: ${messageOf(output.error)}`);
  }
  const json = JSON.stringify(output.data) ?? "null";
  if (json.length > request.maxResultBytes) {
    throw new TaskError("too_large", `The result is larger than ${request.maxResultBytes} bytes`);
  }
  return json;
}

async function load(request: ProcessTaskRequest): Promise<TaskDefinition> {
  const module: Record<string, unknown> = await import(request.moduleUrl);
  const definition = Object.values(module).find((value) =>
    isDefinition(value) && value.name === request.type
  );
  if (definition === undefined) {
    throw new TaskError("handler_error", `The module exports no task named "${request.type}"`, {
      retryable: false,
    });
  }
  return definition as TaskDefinition;
}

function isDefinition(value: unknown): value is TaskDefinition {
  return typeof value === "object" && value !== null && "run" in value && typeof value.run === "function" &&
    "name" in value && "input" in value && "output" in value;
}

function contextOf(
  id: number,
  request: ProcessTaskRequest,
  line: TaskLine,
  signal: AbortSignal,
): TaskContext {
  const logAt =
    (level: "debug" | "info" | "warning" | "error") => (message: string, fields?: Record<string, unknown>) =>
      line.tell({ t: "log", id, level, message: String(message).slice(0, 10_000), fields });
  const log: TaskLog = {
    debug: logAt("debug"),
    info: logAt("info"),
    warn: logAt("warning"),
    error: logAt("error"),
  };
  return {
    taskId: request.taskId,
    attempt: request.attempt,
    brand: request.brand,
    batchId: request.batchId,
    signal,
    progress: (done, total, message) =>
      line.tell({ t: "progress", id, done, total, message: message?.slice(0, 1000) }),
    log,
    fetch: (url, init) => guardedFetch(String(url), init ?? {}, line),
    cache: {
      async get<T>(key: string): Promise<T | undefined> {
        const json = await line.ask("cacheGet", [key]);
        return typeof json === "string" ? JSON.parse(json) : undefined;
      },
      async set(key, value, options) {
        await line.ask("cacheSet", [key, JSON.stringify(value) ?? "null", options]);
      },
      async delete(key) {
        return (await line.ask("cacheDelete", [key])) === true;
      },
    },
  };
}

interface FetchAnswer {
  status: number;
  headers: Record<string, string>;
  url: string;
  /** Base64. */
  body: string;
}

async function guardedFetch(url: string, init: GuardedFetchInit, line: TaskLine): Promise<Response> {
  const { method, headers, body, maxBytes, respectRobots, redirect } = init;
  const answer = await line.ask("fetch", [url, {
    method,
    headers,
    body,
    maxBytes,
    respectRobots,
    redirect,
  }]) as FetchAnswer;
  const bodiless = [101, 204, 205, 304].includes(answer.status);
  const response = new Response(bodiless ? null : Uint8Array.fromBase64(answer.body), {
    status: answer.status,
    headers: answer.headers,
  });
  Object.defineProperty(response, "url", { value: answer.url });
  return response;
}
