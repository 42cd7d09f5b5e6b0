import { type Clock, SYSTEM_CLOCK } from "../../../../platform/clock.ts";
import { messageOf, ServiceError } from "../../../../platform/errors.ts";
import type { TaskChange } from "../../../port.ts";
import { Engine } from "../engine.ts";
import type { Call } from "../group_commit.ts";
import { packAnswer, type PackedOp, unpackOp } from "./codec.ts";
import type { Answers, FromThread, PlainError, ThreadState, ToThread } from "./protocol.ts";

/** How often it is looked whether writes work again while they fail. */
const LOOK_MS = 1000;

/** The store's half in its own thread: runs what comes in one message as one transaction, answers in one message. */
export class ThreadServer {
  readonly #post: (message: FromThread) => void;
  #engine: Engine | undefined;
  #calls: Call[] = [];
  #scheduled = false;
  #answers: Answers = noAnswers();
  #changes: TaskChange[] = [];
  #look: ReturnType<typeof setInterval> | undefined;

  constructor(post: (message: FromThread) => void) {
    this.#post = post;
  }

  async take(message: ToThread): Promise<void> {
    switch (message.kind) {
      case "open":
        return this.#open(message);
      case "calls": {
        let call = message.first;
        for (const packed of message.ops) this.#calls.push(this.#call(call++, packed));
        // Messages that have come meanwhile join: the turn ends first.
        if (!this.#scheduled) {
          this.#scheduled = true;
          setImmediate(() => this.#run());
        }
        return;
      }
      case "close":
        this.#run();
        clearInterval(this.#look);
        await this.#engine?.close();
        this.#tell();
        this.#post({ kind: "closed" });
    }
  }

  #call(call: number, packed: PackedOp): Call {
    const op = unpackOp(packed);
    return {
      op,
      resolve: (value) => {
        this.#answers.calls.push(call);
        this.#answers.values.push(packAnswer(value, op.name));
      },
      reject: (error) => void this.#answers.failed.push([call, plain(error)]),
    };
  }

  #open({ path, agingMs, clockCells }: ToThread & { kind: "open" }): void {
    try {
      this.#engine = new Engine({
        path,
        agingMs,
        clock: clockCells === undefined ? SYSTEM_CLOCK : sharedClock(clockCells),
        onCommitted: (changes) => {
          this.#changes.push(...changes);
          if (!this.#scheduled) this.#later();
        },
      });
      this.#post({ kind: "opened", state: this.#state() });
    } catch (error) {
      this.#post({ kind: "refused", error: plain(error) });
    }
  }

  #run(): void {
    this.#scheduled = true; // what commits now is told below
    const calls = this.#calls;
    this.#calls = [];
    this.#engine?.run(calls);
    this.#scheduled = false;
    this.#tell();
    this.#watch();
  }

  /** A commit that time brought about: told once it is over. */
  #later(): void {
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = this.#calls.length > 0;
      this.#tell();
    });
  }

  #tell(): void {
    const answers = this.#answers;
    const changes = this.#changes;
    this.#answers = noAnswers();
    this.#changes = [];
    this.#post({ kind: "done", answers, changes, state: this.#state() });
  }

  /** While writes fail the other side cannot ask without a wait, so it is told when they work again. */
  #watch(): void {
    const engine = this.#engine!;
    if (!engine.hasFault || this.#look !== undefined) return;
    this.#look = setInterval(() => {
      if (engine.writeFault() !== undefined) return;
      clearInterval(this.#look);
      this.#look = undefined;
      this.#tell();
    }, LOOK_MS);
  }

  #state(): ThreadState {
    const engine = this.#engine!;
    return {
      snapshot: engine.snapshot(),
      writeFault: engine.writeFault(),
      commits: engine.core.commits,
    };
  }
}

function noAnswers(): Answers {
  return { calls: [], values: [], failed: [] };
}

/** A clock in another thread's hand: the wall's time and the monotonic one. */
function sharedClock(cells: SharedArrayBuffer): Clock {
  const times = new Float64Array(cells);
  return { wallMs: () => times[0]!, monoMs: () => times[1]! };
}

function plain(error: unknown): PlainError {
  if (error instanceof ServiceError) {
    const { code, message, fields, retryAfterS } = error;
    return { code, message, fields, retryAfterS };
  }
  return { code: "internal", message: messageOf(error) };
}
