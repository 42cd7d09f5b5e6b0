import { settlesWithin } from "../platform/deadline.ts";
import { messageOf } from "../platform/errors.ts";

/** One step of the start, and its undoing. */
export interface Stage {
  name: string;
  /**
   * Resolves when what comes next may rely on it. The signal aborts when its deadline has passed or the service is
   * stopped meanwhile; then `stop` is called on what it has done so far. When it rejects by itself, it has cleaned up.
   */
  start?(options: { signal: AbortSignal }): Promise<void> | void;
  /**
   * Undoes `start`. `deadlineMs` is how long it will be waited for; `signal` aborts when there is no more time to be
   * gentle: at a second signal of the operator, or when the deadline has passed.
   */
  stop?(options: { deadlineMs: number; signal: AbortSignal }): Promise<void> | void;
  /** Longest wait for `stop`. @default 5000 */
  deadlineMs?: number;
  /** Longest wait for `start`. @default 30000 */
  startDeadlineMs?: number;
}

export type StageLog = (
  level: "debug" | "warning" | "error",
  event: string,
  fields: Record<string, unknown>,
) => void;

export interface StagesOptions {
  log?: StageLog;
  /** How long each remaining stage may take once the operator has asked to skip the waiting. @default 1000 */
  skipDeadlineMs?: number;
}

/** A start that failed; what had been started is stopped again. */
export class StageError extends Error {
  override readonly name = "StageError";
  readonly stage: string;

  constructor(stage: string, cause: unknown) {
    super(`Cannot start ${stage}: ${messageOf(cause)}`, { cause });
    this.stage = stage;
  }
}

/**
 * Stages started in order and stopped in reverse, each wait with a deadline:
 *
 *     new → starting → started → stopping → stopped;  starting → stopping when a stage fails or stop() comes first
 *
 * A stage that fails to stop, or is late, is logged and left behind: the next ones are stopped all the same.
 */
export class Stages {
  readonly #stages: readonly Stage[];
  readonly #log: StageLog;
  readonly #skipDeadlineMs: number;
  readonly #started: Stage[] = [];
  readonly #cancelStart = new AbortController();
  #starting: Promise<void> | undefined;
  #stopping: Promise<string[]> | undefined;

  constructor(stages: readonly Stage[], options: StagesOptions = {}) {
    const { log = () => {}, skipDeadlineMs = 1000 } = options;
    this.#stages = stages;
    this.#log = log;
    this.#skipDeadlineMs = skipDeadlineMs;
  }

  /**
   * Starts them in order.
   * @throws {StageError} naming the stage that failed, after those before it have been stopped.
   */
  start(): Promise<void> {
    this.#starting ??= this.#start();
    return this.#starting;
  }

  /**
   * Stops what has been started, in reverse; a start under way is cut short first. Resolves, without ever throwing, to
   * the names of the stages that failed or were late. `signal` is the operator's second signal.
   */
  stop(options: { signal?: AbortSignal } = {}): Promise<string[]> {
    this.#stopping ??= (async () => {
      this.#cancelStart.abort(new DOMException("The service is being stopped", "AbortError"));
      await this.#starting?.catch(() => {});
      return await this.#unwind(options.signal);
    })();
    return this.#stopping;
  }

  async #start(): Promise<void> {
    for (const stage of this.#stages) {
      const beganMs = performance.now();
      try {
        this.#cancelStart.signal.throwIfAborted();
        await this.#startOne(stage);
        this.#started.push(stage);
      } catch (error) {
        await this.#unwind(undefined);
        throw new StageError(stage.name, error);
      }
      this.#log("debug", "stage_started", { stage: stage.name, ms: elapsedMs(beganMs) });
    }
  }

  async #startOne(stage: Stage): Promise<void> {
    const { startDeadlineMs = 30_000 } = stage;
    const controller = new AbortController();
    const cancelled = this.#cancelStart.signal;
    const { promise: cut, reject } = Promise.withResolvers<never>();
    const giveUp = (reason: unknown) => {
      this.#started.push(stage); // it goes on without us: whatever it has opened must be closed
      controller.abort(reason);
    };
    const onCancel = () => {
      giveUp(cancelled.reason);
      reject(cancelled.reason);
    };
    cancelled.addEventListener("abort", onCancel, { once: true });
    try {
      const work = Promise.race([runStage(() => stage.start?.({ signal: controller.signal })), cut]);
      if (!await settlesWithin(work, startDeadlineMs)) {
        const late = new Error(`it took longer than ${startDeadlineMs} ms`);
        giveUp(late);
        throw late;
      }
    } finally {
      cancelled.removeEventListener("abort", onCancel);
    }
  }

  async #unwind(skip: AbortSignal | undefined): Promise<string[]> {
    const failed: string[] = [];
    for (let stage = this.#started.pop(); stage; stage = this.#started.pop()) {
      const beganMs = performance.now();
      try {
        await this.#stopOne(stage, skip);
        this.#log("debug", "stage_stopped", { stage: stage.name, ms: elapsedMs(beganMs) });
      } catch (error) {
        failed.push(stage.name);
        const fields = { stage: stage.name, ms: elapsedMs(beganMs), reason: messageOf(error) };
        this.#log("error", "stage_stop_failed", fields);
      }
    }
    return failed;
  }

  async #stopOne(stage: Stage, skip: AbortSignal | undefined): Promise<void> {
    const { deadlineMs = 5000 } = stage;
    const controller = new AbortController();
    let skipTimer: ReturnType<typeof setTimeout> | undefined;
    const { promise: skipped, reject } = Promise.withResolvers<never>();
    const onSkip = () => {
      controller.abort(skip!.reason);
      const late = () =>
        reject(new Error(`it took longer than ${this.#skipDeadlineMs} ms after the second signal`));
      skipTimer = setTimeout(late, this.#skipDeadlineMs);
    };
    if (skip?.aborted) onSkip();
    else skip?.addEventListener("abort", onSkip, { once: true });
    try {
      const work = Promise.race([
        runStage(() => stage.stop?.({ deadlineMs, signal: controller.signal })),
        skipped,
      ]);
      if (!await settlesWithin(work, deadlineMs)) {
        const late = new Error(`it took longer than ${deadlineMs} ms`);
        controller.abort(late);
        throw late;
      }
    } finally {
      clearTimeout(skipTimer);
      skip?.removeEventListener("abort", onSkip);
    }
  }
}

/** A throw of a plain function becomes a rejection; a rejection after its deadline stays handled. */
function runStage(step: () => Promise<void> | void): Promise<void> {
  const work = (async () => await step())();
  work.catch(() => {});
  return work;
}

function elapsedMs(sinceMs: number): number {
  return Math.round(performance.now() - sinceMs);
}
