import { EventLoopDelay } from "./event_loop_delay.ts";
import { Looks } from "./looks.ts";
import type { MetricsGauges, MetricsSink } from "./port.ts";
import { prometheusText } from "./prometheus.ts";
import { type MetricsClock, Recorder } from "./recorder.ts";
import { type MetricsSummary, summarize } from "./summary.ts";

export interface MetricsOptions {
  /** Where the lines go. `Metrics` flushes and disposes it, since nobody else writes to it. */
  sink: MetricsSink;
  gauges: MetricsGauges;
  version: string;
  /** @default the system's clocks */
  clock?: MetricsClock;
}

const BUSY_LOOK_MS = 1000;

/** The metrics of one service: counts what it is told, answers the summary and the scrape. */
export class Metrics implements AsyncDisposable {
  readonly recorder: Recorder;
  readonly #sink: MetricsSink;
  readonly #gauges: MetricsGauges;
  readonly #version: string;
  readonly #loopDelay: EventLoopDelay;
  readonly #looks: Looks;
  #busyTimer: ReturnType<typeof setInterval> | undefined;

  constructor(options: MetricsOptions) {
    this.#sink = options.sink;
    this.#gauges = options.gauges;
    this.#version = options.version;
    this.recorder = new Recorder({ sink: options.sink, clock: options.clock });
    this.#looks = new Looks(options.gauges, options.clock?.monotonicMs ?? (() => performance.now()));
    this.#loopDelay = new EventLoopDelay({ record: (delayMs) => this.recorder.loopDelay(delayMs) });
  }

  /** Begins to watch the event loop and the workers. Counting needs no start. */
  start(): void {
    this.#loopDelay.start();
    this.#busyTimer ??= setInterval(() => this.lookAtWorkers(), BUSY_LOOK_MS);
    Deno.unrefTimer(this.#busyTimer);
  }

  /** Counts how many of the workers have work. The timer of `start` calls it each second. */
  lookAtWorkers(): void {
    const { workers, busy } = this.#gauges.workers();
    if (workers > 0) this.recorder.busyShare(Math.min(1, busy / workers));
  }

  /** Asks what is known to other threads only, for the next `summary` and `prometheus`. Within 200 ms; never rejects. */
  async look(): Promise<void> {
    await this.#looks.look();
  }

  /** What happened in the last `windowS` seconds (cut to 1..3600). */
  summary(windowS: number): MetricsSummary {
    const { recorder } = this;
    return summarize(windowS, {
      recorder,
      gauges: this.#gauges,
      looked: this.#looks.last,
      sink: this.#sink.stats(),
    });
  }

  /** Prometheus text; its content type is `PROMETHEUS_CONTENT_TYPE`. */
  prometheus(): string {
    return prometheusText({
      recorder: this.recorder,
      gauges: this.#gauges,
      looked: this.#looks.last,
      sink: this.#sink.stats(),
      version: this.#version,
    });
  }

  /** Stops watching, writes what is gathered and closes the sink. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#loopDelay.stop();
    clearInterval(this.#busyTimer);
    await this.#sink[Symbol.asyncDispose]();
  }
}
