/** The life cycle: health flags, signals, ordered start and stop. */
export { type ComponentHealth, type ComponentStatus, HealthRegistry, type HealthReport } from "./health.ts";
export { StopSignals, type StopSignalsOptions } from "./signals.ts";
export { type Stage, StageError, type StageLog, Stages, type StagesOptions } from "./stages.ts";
