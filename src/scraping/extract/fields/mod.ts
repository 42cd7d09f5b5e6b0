export { askedFields } from "./asked_fields.ts";
export { queryFirst } from "./page_query.ts";
export { readFields, type ReadFieldsOptions } from "./read_fields.ts";
