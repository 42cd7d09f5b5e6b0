import { randomBytes } from "node:crypto";
import { InterruptedError, TaskError } from "../platform/errors.ts";
import { Call, type CallRequest } from "./call.ts";
import { childCommand, type ChildStart } from "./child_command.ts";
import { FrameReader } from "./frames.ts";
import { answerAsk } from "./host_answers.ts";
import type { CallOptions, SandboxOptions } from "./port.ts";
import { type ChildKind, type FromChild, fromChild, type ToChild } from "./protocol.ts";
import { StderrTail } from "./stderr_tail.ts";
import { ThreadWatch } from "./thread_watch.ts";
import { culpritError, lateError, reportedError, startError, type Verdict, verdictOf } from "./verdict.ts";

const MiB = 1024 * 1024;
const MAX_FRAME_BYTES = 128 * MiB;
/** How long a task may take to wind up once told, before its process is killed. */
const WIND_UP_MS = { timeout: 400, abort: 1000 } as const;
const MAX_BAD_FRAMES = 100;
/** Bytes put into a child with one frame. */
const UPLOAD_BYTES = 384 * 1024;

let serials = 0;

/** What a child may hold of bodies nobody has taken yet, in bytes. */
export function maxHeldBytes(rssMb: number): number {
  return rssMb * MiB / 2;
}

/**
 * One child process and the calls it holds. It is always in one of four states: starting (until `ready`), serving,
 * dying (killed, its status awaited), ended. Whoever brings it down, all its calls settle after it is gone, each with
 * the error it has earned.
 */
export class ChildProcess {
  /** Unique in this isolate, where a pid may come again. */
  readonly serial = ++serials;
  readonly kind: ChildKind;
  /** Resolves when calls are taken at once; rejects if the child ends before. */
  readonly ready: Promise<void>;
  /** Resolves when the process is gone and everything it held is settled and closed. */
  readonly ended: Promise<void>;
  /** Sizes of the bodies the child holds, by the id of the call that fetched them. */
  readonly bodies = new Map<number, number>();
  uses = 0;
  isReady = false;

  readonly #process: Deno.ChildProcess;
  readonly #stdin: WritableStreamDefaultWriter<Uint8Array>;
  readonly #encoder = new TextEncoder();
  readonly #calls = new Map<number, Call>();
  readonly #started = Promise.withResolvers<void>();
  readonly #stderr = new StderrTail();
  readonly #watch: ThreadWatch;
  #isEnded = false;
  #verdict?: Verdict;
  #nextId = 1;
  #badFrames = 0;

  constructor(kind: ChildKind, options: SandboxOptions, start: ChildStart = {}) {
    this.kind = kind;
    this.ready = this.#started.promise;
    this.ready.catch(() => {}); // a child nobody waits for may fail to start; the next caller is told
    this.#process = childCommand(kind, options, start).spawn();
    this.#stdin = this.#process.stdin.getWriter();
    const marker = `\u0001${randomBytes(12).toString("hex")} `;
    const { userAgent, ports, allowPrivateHosts, rssMb } = options;
    this.#write({ marker, kind, userAgent, ports, allowPrivateHosts, maxHeldBytes: maxHeldBytes(rssMb) });
    this.#watch = this.#startWatch(options);
    this.ended = this.#run(marker);
  }

  get pid(): number {
    return this.#process.pid;
  }

  /** False from the moment it is told to die. */
  get serving(): boolean {
    return this.#verdict === undefined && !this.#isEnded;
  }

  /** It takes no more fetches. */
  get retired(): boolean {
    return this.#watch.retired;
  }

  /** Nobody's page or task brought it down. */
  get endedOnPurpose(): boolean {
    return this.#verdict === "ended";
  }

  get idle(): boolean {
    return this.#calls.size === 0 && this.bodies.size === 0;
  }

  /** One call. @throws {TaskError | InterruptedError} */
  async call(
    request: CallRequest,
    options: CallOptions,
  ): Promise<{ id: number; value: unknown; chunks: Uint8Array[] }> {
    options.signal?.throwIfAborted();
    if (!this.serving) throw new InterruptedError("The sandbox process has ended");
    if (request.bodyId !== undefined) this.bodies.delete(request.bodyId);
    const call = new Call(this.#nextId++, request, options);
    this.#calls.set(call.id, call);
    call.arm(() => this.#onTimeout(call), (reason) => this.#onAbort(call, reason));
    this.#write(call.message);
    if (request.upload) void this.#upload(call, request.upload);
    const value = await call.outcome;
    return { id: call.id, value, chunks: call.chunks };
  }

  drop(bodyId: number): void {
    if (this.bodies.delete(bodyId)) this.#write({ t: "drop", bodyId });
  }

  /** Gives those who still need it `withinMs`. */
  retire(withinMs: number): void {
    this.#watch.retire(withinMs);
  }

  /** Kills it and waits until it is gone. */
  end(): Promise<void> {
    this.#kill("ended");
    return this.ended;
  }

  async #run(marker: string): Promise<void> {
    const stderr = this.#stderr.drain(this.#process.stderr);
    await this.#read(new FrameReader(marker, MAX_FRAME_BYTES));
    const status = await this.#process.status;
    await stderr;
    await this.#watch.stop();
    await this.#stdin.abort().catch(() => {}); // the pipe went with the process
    this.#isEnded = true;
    this.#settleAll(this.#verdict ?? verdictOf(status, this.#stderr.text));
  }

  async #read(frames: FrameReader): Promise<void> {
    try {
      for await (const chunk of this.#process.stdout) {
        if (!this.serving) continue; // drained, so that the process can go
        for (const frame of frames.push(chunk)) this.#receive(frame);
      }
    } catch {
      this.#kill("crashed"); // a line beyond every bound
    }
  }

  #receive(frame: unknown): void {
    const parsed = fromChild.safeParse(frame);
    if (!parsed.success) {
      if (++this.#badFrames > MAX_BAD_FRAMES) this.#kill("crashed");
      return;
    }
    const message = parsed.data;
    this.#watch.heard();
    switch (message.t) {
      case "ready":
        this.isReady = true;
        return this.#started.resolve();
      case "pong":
        return;
      case "cpu":
        // Without a call, its caller left while the message was on its way.
        this.#watch.beginSection(message.id, this.#calls.has(message.id));
        return this.#calls.get(message.id)?.request.onSection?.();
      case "idle":
        return this.#watch.endSection();
      default:
        return this.#receiveForCall(message);
    }
  }

  #receiveForCall(message: Exclude<FromChild, { t: "ready" | "pong" | "cpu" | "idle" }>): void {
    const call = this.#calls.get(message.id);
    if (!call) {
      // Too late: the caller has left. If it left a body, nobody will take it.
      if (message.t === "result") this.#write({ t: "drop", bodyId: message.id });
      return;
    }
    switch (message.t) {
      case "result":
        this.#calls.delete(call.id);
        return call.stopped !== undefined ? call.reject(call.stopped) : call.resolve(message.value);
      case "error":
        this.#calls.delete(call.id);
        return call.reject(call.stopped ?? reportedError(message.error));
      case "ask": {
        const { host } = call.request;
        if (host) void answerAsk(message, host, call.asks.signal).then((answer) => this.#write(answer));
        return;
      }
      default:
        if (!call.hear(message)) this.#kill("crashed");
    }
  }

  #onTimeout(call: Call): void {
    if (call.request.op === "runTask") {
      call.stopped = new TaskError("timeout", `It did not end within ${call.timeoutMs} ms`);
      this.#write({ t: "cancel", id: call.id });
      call.asks.abort();
      return call.later(WIND_UP_MS.timeout, () => this.#kill("timeout"));
    }
    if (this.#watch.holder === call.id) return this.#kill("timeout");
    this.#leave(call, lateError(call.timeoutMs, this.#watch.heldMs));
  }

  #onAbort(call: Call, reason: unknown): void {
    if (call.request.op === "runTask") {
      call.stopped = reason;
      this.#write({ t: "cancel", id: call.id });
      return call.later(WIND_UP_MS.abort, () => this.#kill("ended"));
    }
    this.#watch.callerLeft(call.id);
    this.#leave(call, reason);
  }

  #leave(call: Call, error: unknown): void {
    this.#calls.delete(call.id);
    this.#write({ t: "cancel", id: call.id });
    call.reject(error);
  }

  #startWatch(options: SandboxOptions): ThreadWatch {
    return new ThreadWatch({
      pid: this.pid,
      kind: this.kind,
      isReady: () => this.isReady,
      isBusy: () => this.#calls.size > 0,
      isIdle: () => this.idle,
      ping: () => this.#write({ t: "ping" }),
      kill: (verdict) => this.#kill(verdict),
    }, options);
  }

  #kill(verdict: Verdict): void {
    if (!this.serving) return;
    this.#verdict = verdict;
    try {
      this.#process.kill("SIGKILL");
    } catch {
      // it had just gone of itself
    }
  }

  #settleAll(verdict: Verdict): void {
    const detail = this.#stderr.detail;
    this.#started.reject(startError(verdict, detail));
    const culprit = this.#watch.holder ??
      (this.#calls.size === 1 ? this.#calls.keys().next().value : undefined);
    for (const call of this.#calls.values()) {
      if (call.id === culprit && verdict !== "ended") call.reject(culpritError(verdict, detail));
      else call.reject(call.stopped ?? new InterruptedError("A neighbour took the sandbox process down"));
    }
    this.#calls.clear();
    this.bodies.clear();
  }

  /** A frame at a time, as fast as the child reads, while the call is on. */
  async #upload(call: Call, bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length && this.#calls.has(call.id); at += UPLOAD_BYTES) {
      const data = bytes.subarray(at, at + UPLOAD_BYTES).toBase64();
      await this.#write({ t: "bytes", id: call.id, data });
    }
  }

  /** Resolves when the pipe has taken it. */
  #write(message: ToChild | Record<string, unknown>): Promise<void> {
    if (!this.serving) return Promise.resolve();
    // A broken pipe shows as the child's end, which is dealt with there.
    return this.#stdin.write(this.#encoder.encode(JSON.stringify(message) + "\n")).catch(() => {});
  }
}
