/** Goes into the index's recipe: a change of what is written into the index rebuilds every index. */
export const ANALYSIS_VERSION = "2";
