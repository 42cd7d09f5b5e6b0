/** The life cycle: health flags, signals, ordered start and stop. */
export { Readiness } from "./readiness.ts";
export { StopSignals, type StopSignalsOptions } from "./signals.ts";
export { type Stage, StageError, type StageLog, Stages, type StagesOptions } from "./stages.ts";
