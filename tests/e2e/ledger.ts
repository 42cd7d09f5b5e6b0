import type { Recorder } from "./recorder.ts";
import type { ServiceProcess } from "./service_process.ts";

/** What was asked for under one tag: so many tasks, all of them or none. */
export interface Asked {
  tasks: number;
  /** Ends that are right for them: a status, and the error's code of those that failed. */
  ends: Set<string>;
  /** 202, 4xx, or undefined where the process died before it answered. */
  status?: number;
  /** By `throttle`: the answer was another one's task. */
  isDeduplicated?: boolean;
}

/** Asks for work of every kind and keeps account of each request, sent or answered. */
export class Ledger {
  readonly asked = new Map<string, Asked>();
  /** Parents of the dependent tasks that were asked for. */
  readonly parents = new Map<string, string[]>();
  readonly #recorder: Recorder;
  readonly #ids: string[] = [];

  constructor(recorder: Recorder) {
    this.#recorder = recorder;
  }

  /** One request after another, until the service is gone. */
  async pester(service: ServiceProcess, name: string): Promise<void> {
    for (let i = 0;; i++) {
      try {
        await this.#ask(service, `${name}-${i}`, Math.floor(Math.random() * 11));
      } catch {
        return; // killed in the middle of a request
      }
    }
  }

  async #ask(service: ServiceProcess, tag: string, kind: number): Promise<void> {
    const known = this.#ids[Math.floor(Math.random() * this.#ids.length)];
    const { url } = this.#recorder;
    const backoff = { kind: "fixed", delay_s: 0.1 };
    switch (kind) {
      case 0:
        return await this.#task(service, tag, { webhook: { url: `${url}/hook` } });
      case 1:
        return await this.#task(service, tag, { delay_s: Math.random() });
      case 2:
        return await this.#task(service, tag, { backoff, max_attempts: 4 }, { fails: 2 });
      case 3: {
        const key = Math.random() < 0.5 ? "k:1" : "k:2";
        return await this.#task(service, tag, { limit_keys: [key] }, { key });
      }
      case 4: {
        if (known === undefined) return;
        this.parents.set(tag, [known]);
        return await this.#task(service, tag, { depends_on: [known], on_dependency_failure: "run" });
      }
      case 5: {
        const mode = (["reject", "replace", "debounce", "throttle"] as const)[Math.floor(Math.random() * 4)]!;
        const window_s = mode === "debounce" || mode === "throttle" ? 0.3 : undefined;
        this.#mayEnd(tag, "completed", ...(mode === "replace" || mode === "debounce" ? ["cancelled"] : []));
        return await this.#task(service, tag, { dedup: { key: `d:${mode}`, mode, window_s } });
      }
      case 6:
        this.#mayEnd(tag, "completed", "failed: expired");
        return await this.#task(service, tag, { expires_in_s: 0.1 + Math.random() / 2 });
      case 7:
        return await this.#batch(service, tag);
      case 8:
        this.#mayEnd(tag, "failed: handler_error");
        return await this.#task(service, tag, { max_attempts: 1 }, { fails: 1 });
      case 9:
        return await this.#task(service, tag, {}, {}, { "idempotency-key": `key-${tag}` });
      default:
        if (known === undefined) return;
        this.asked.get(known)!.ends.add("cancelled");
        await service.json(`/api/tasks/${known}`, { method: "DELETE" });
    }
  }

  #mayEnd(tag: string, ...ends: string[]): Asked {
    const asked: Asked = { tasks: 1, ends: new Set(ends) };
    this.asked.set(tag, asked);
    return asked;
  }

  async #task(
    service: ServiceProcess,
    tag: string,
    options: Record<string, unknown>,
    input: Record<string, unknown> = {},
    headers: Record<string, string> = {},
  ): Promise<void> {
    const asked = this.asked.get(tag) ?? this.#mayEnd(tag, "completed");
    const body = {
      type: "recorded",
      input: { url: this.#recorder.url, ...input },
      task_id: tag,
      tags: [tag],
      ...options,
    };
    const init = { method: "POST", body: JSON.stringify(body), headers };
    const answer = await service.json<{ deduplicated?: true }>("/api/tasks", init);
    asked.status = answer.status;
    asked.isDeduplicated = answer.body.deduplicated;
    // Those under a limit are not cancelled: a task that is told to stop does not tell the recorder.
    if (answer.status === 202 && !asked.isDeduplicated && options.limit_keys === undefined) {
      this.#ids.push(tag);
    }
  }

  async #batch(service: ServiceProcess, tag: string): Promise<void> {
    const asked = this.#mayEnd(tag, "completed");
    asked.tasks = 5;
    const { url } = this.#recorder;
    const init = {
      method: "POST",
      body: JSON.stringify({
        type: "recorded",
        inputs: Array.from({ length: 4 }, () => ({ url })),
        tags: [tag],
        max_concurrent: 2,
        on_complete: { type: "recorded", input: { url }, tags: [tag] },
      }),
    };
    asked.status = (await service.json("/api/batches", init)).status;
  }
}
