/** Task types: how they are declared, registered and given their context. */
export { AttemptContext, type GuardedFetch, type TaskContextOptions } from "./context.ts";
export {
  defineTask,
  type GuardedFetchInit,
  type TaskCache,
  type TaskContext,
  type TaskDefinition,
  type TaskLog,
} from "./define.ts";
export { type RegisteredTask, TaskRegistry } from "./registry.ts";
export { TaskRunner, type TaskRunnerOptions } from "./runner.ts";
export { describeSchemaErrors, schemaErrors } from "./schema_errors.ts";
export { taskTypes, type TypeInfo } from "./task_types.ts";
export { testTask } from "./test.ts";
export { createWebhookTask } from "./webhook.ts";
export { scrapeInput, scrapeOutput } from "./scrape.ts";
export { createMapTask, mapOptions, mapOutput } from "./map.ts";
export { fieldsGoWithJson, globs, ifChangedFrom, scrapeOptions } from "./scrape_options.ts";
