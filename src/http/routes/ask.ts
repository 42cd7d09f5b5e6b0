import { createRoute } from "@hono/zod-openapi";
import type { AnswerEvent } from "../../answers/port.ts";
import { ServiceError } from "../../platform/errors.ts";
import type { HttpApp, HttpContext } from "../context.ts";
import type { HttpDeps } from "../deps.ts";
import { problemBody, toldError } from "../problem.ts";
import { replyJson } from "../reply.ts";
import {
  answerBody,
  answerStream,
  askRequestOf,
  newQuestion,
  sourcesBody,
  wholeAnswer,
} from "../schemas/ask.ts";
import { problems } from "../schemas/problem.ts";
import { answerStreamOf, type AnswerStreamOptions } from "../sse/answer_stream.ts";
import { Interest } from "../interest.ts";
import { refuseWhenStopping } from "./intake.ts";
import { addRoute, jsonRequest, type ReadJson } from "./route.ts";
import { refuseWhenOff } from "./search_off.ts";

export type AskOptions = Pick<AnswerStreamOptions, "heartbeatMs">;

/** Answers out of the documents, by the operator's language model. */
export function askRoutes(app: HttpApp, deps: HttpDeps, readJson: ReadJson, options: AskOptions = {}): void {
  const { answers, search, health, log } = deps;

  addRoute(
    app,
    createRoute({
      method: "post",
      path: "/api/ask",
      tags: ["search"],
      summary: "Ask a question of the documents",
      description:
        "Passages are found as in a search and shown to the language model of LLM_URL. Marks of the answer, such as " +
        "`[2]`, name the passages it is taken from; marks of passages that are not there are taken out. Where nothing " +
        "near is found no model is asked, and `found` is false. A stream that fails once it has begun ends with `error`.",
      request: { body: jsonRequest(newQuestion) },
      responses: {
        200: {
          description: "The answer",
          content: {
            "text/event-stream": { schema: answerStream },
            "application/json": { schema: wholeAnswer },
          },
        },
        ...problems(["unavailable"]),
      },
    }),
    async (c) => {
      refuseWhenStopping(deps);
      const { stream = !wantsJson(c), ...question } = c.req.valid("json");
      refuseWhenOff(search);
      if (!answers.enabled) {
        throw new ServiceError(
          "unavailable",
          "Answers are off as no language model is set: set LLM_URL and LLM_MODEL, and start again",
        );
      }
      const gone = c.req.raw.signal;
      if (!stream) {
        using interest = new Interest(gone, health.stopSignal, deps.config.SHUTDOWN_GRACE_MS);
        return replyJson(c, await interest.of(whole(answers.ask(askRequestOf(question), interest))));
      }
      return await answerStreamOf((signal) => answers.ask(askRequestOf(question), { signal }), {
        gone,
        stopping: health.stopSignal,
        problem: (error) => problemBody(toldError(error, { scope: c.env, log }), c.env),
        ...options,
      });
    },
    readJson,
  );
}

/** `curl` and browsers take anything: they get the stream. */
function wantsJson(c: HttpContext): boolean {
  const accept = c.req.header("accept") ?? "";
  return /\bapplication\/json\b/i.test(accept) && !/\btext\/event-stream\b/i.test(accept);
}

async function whole(events: AsyncIterable<AnswerEvent>) {
  let sources: ReturnType<typeof sourcesBody> = { degraded: false, sources: [] };
  for await (const event of events) {
    if (event.kind === "sources") sources = sourcesBody(event);
    else if (event.kind === "done") return { ...answerBody(event.answer), ...sources };
  }
  throw new Error("The answer ended before it was done");
}
