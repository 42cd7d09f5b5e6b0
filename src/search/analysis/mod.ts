export { ANALYSIS_VERSION } from "./version.ts";
export { languageOf } from "./language.ts";
export { type Token, tokensOf, wordsOf } from "./words.ts";
