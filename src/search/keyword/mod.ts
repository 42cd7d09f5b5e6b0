export { KeywordIndex } from "./keyword_index.ts";
export { Warmer } from "./warmer.ts";
