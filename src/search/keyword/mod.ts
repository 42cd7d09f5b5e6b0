export { KeywordIndex } from "./keyword_index.ts";
